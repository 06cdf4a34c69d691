using Perennial.Learning.Pretraining;

namespace Perennial.Learning.Tests.Pretraining;

public sealed class AutoRecipeTests
{
    public static TheoryData<string, int, int, bool> Corpora()
    {
        TheoryData<string, int, int, bool> all = [];
        foreach (string method in (string[])["simclr", "byol", "moco", "mocov3", "swav", "dino", "vicreg", "barlow", "simsiam"])
            foreach (int images in (int[])[8, 100, 5_000, 1_000_000])
                foreach (bool gpu in (bool[])[false, true]) all.Add(method, images, images < 1000 ? 20 : 300, gpu);
        return all;
    }

    [Theory]
    [MemberData(nameof(Corpora))]
    public void Every_method_gets_a_recipe_that_can_be_run_on_any_corpus(string method, int images, int side, bool gpu)
    {
        AutoRecipe auto = AutoRecipe.For(method, images, side, gpu);
        var recipe = Recipe.Load(method, auto.Values);
        Assert.InRange(recipe.StepsPerEpoch(images), 2, int.MaxValue);
        Assert.InRange(recipe.QueueSize, 0, Math.Max(images, 2 * recipe.BatchSize));
        Assert.All(auto.Values.Keys, key => Assert.Contains(auto.Reasons, reason => reason.Contains(key + " ", StringComparison.Ordinal)));
        Assert.InRange(recipe.ImageSize, 32, gpu ? 224 : 64);
    }

    [Fact]
    public void Ten_thousand_small_images_on_a_CPU_get_the_recipe_of_the_starter()
    {
        var recipe = Recipe.Load("simclr", AutoRecipe.For("simclr", 10_000, 32, gpu: false).Values);
        Assert.Equal(("resnet10", 16, 128, "adamw", 0.002, 0.2), (recipe.Backbone, recipe.Width, recipe.BatchSize, recipe.Optimizer, recipe.LearningRate, recipe.Temperature));
        Assert.InRange(recipe.Epochs, 10, 30);
    }

    [Fact]
    public void Too_few_images_are_refused() => Assert.Throws<RecipeException>(() => AutoRecipe.For("simclr", 3, 32, gpu: false));
}
