using Perennial.Learning.Pretraining;

namespace Perennial.Learning.Tests.Pretraining;

public sealed class RecipeTests
{
    [Fact]
    public void The_published_recipe_is_the_published_protocol()
    {
        var recipe = Recipe.Load("simclr");
        Assert.Equal(("simclr", "resnet18", 64, 200, 512), (recipe.Method, recipe.Backbone, recipe.Width, recipe.Epochs, recipe.BatchSize));
        Assert.Equal(("sgd", 0.9, 5e-4, 0.5), (recipe.Optimizer, recipe.Momentum, recipe.WeightDecay, recipe.Temperature));
        Assert.Equal(0.06 * 512 / 128, recipe.LearningRate, 1e-12);
        Assert.Equal((0.08, 0.4, 0.1, 0.2, 0.0), (recipe.Views.CropScaleMin, recipe.Views.Brightness, recipe.Views.Hue, recipe.Views.GrayscaleProbability, recipe.Views.BlurProbability));
    }

    [Fact]
    public void Every_recipe_that_comes_along_can_be_used_and_names_every_key()
    {
        Assert.Subset(Recipe.Names().ToHashSet(), new HashSet<string> { "simclr", "simclr-small" });
        foreach (string name in Recipe.Names())
        {
            string file = File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "recipes", name + ".yaml"));
            foreach (string line in Recipe.Load(name).ToYaml().Split('\n', StringSplitOptions.RemoveEmptyEntries))
                Assert.Contains(line.Trim().Split(':')[0] + ":", file);
        }
    }

    [Fact]
    public void Keys_of_vision_transformers_are_for_them_alone_and_patches_must_divide_every_view()
    {
        Assert.Contains("resnet18", Refusal("simclr", "patch_size", "4"), StringComparison.Ordinal);
        Assert.Contains("divide", Refusal("dino-vit", "local_views.size", "18"), StringComparison.Ordinal);
        Assert.Contains("divide", Refusal("mocov3-vit", "patch_size", "5"), StringComparison.Ordinal);

        static string Refusal(string recipe, string key, string value) =>
            Assert.Throws<RecipeException>(() => Recipe.Load(recipe, new Dictionary<string, string> { [key] = value })).Message;
    }

    [Fact]
    public void A_recipe_as_run_reads_back_as_the_same_recipe()
    {
        var recipe = Recipe.Load("simclr", new Dictionary<string, string> { ["warmup_epochs"] = "0.5", ["views.crop_ratio_max"] = "1.25" });
        string path = Path.Combine(Path.GetTempPath(), $"{Guid.NewGuid():N}.yaml");
        try
        {
            File.WriteAllText(path, recipe.ToYaml());
            Assert.Equal(recipe, Recipe.Load(path));
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Fact]
    public void An_override_replaces_a_value_and_may_be_written_like_a_flag()
    {
        var recipe = Recipe.Load("simclr", new Dictionary<string, string> { ["batch-size"] = "64", ["views.hue"] = "0.2" });
        Assert.Equal(64, recipe.BatchSize);
        Assert.Equal(0.2, recipe.Views.Hue);
        Assert.Equal(200, recipe.Epochs);
    }

    [Theory]
    [InlineData("temperature", "-1", "0.001", "100")]
    [InlineData("temperature", "warm", "0.001", "100")]
    [InlineData("temperature", "NaN", "0.001", "100")]
    [InlineData("epochs", "2.5", "1", "100000")]
    [InlineData("epochs", "", "1", "100000")]
    [InlineData("batch_size", "1", "2", "65536")]
    [InlineData("optimizer", "magic", "sgd", "adamw")]
    [InlineData("amp", "fp8", "auto", "off")]
    [InlineData("views.flip_probability", "1.5", "0", "1")]
    public void An_impossible_value_is_refused_with_key_value_and_what_is_allowed(string key, string value, string low, string high)
    {
        var refusal = Refused(key, value);
        Assert.Contains(key, refusal.Message);
        Assert.Contains($"'{value}'", refusal.Message);
        Assert.Contains(low, refusal.Message);
        Assert.Contains(high, refusal.Message);
    }

    [Theory]
    [InlineData("temprature", "temperature")]
    [InlineData("views.crop_scale_mn", "views.crop_scale_min")]
    [InlineData("batchsize", "batch_size")]
    public void An_unknown_key_is_refused_with_the_nearest_known_one(string key, string nearest) =>
        Assert.Contains($"'{nearest}'", Refused(key, "1").Message);

    [Fact]
    public void A_key_that_means_nothing_to_the_method_is_refused_with_the_methods_it_belongs_to()
    {
        string message = Refused("queue_size", "4096").Message;
        Assert.Contains("simclr", message);
        Assert.Contains("moco", message);
    }

    [Theory]
    [InlineData("moco", "queue_size", "1000", "multiple of the 1024")]
    [InlineData("moco", "queue_size", "0", "negatives")]
    [InlineData("moco", "bn_splits", "64", null)]
    [InlineData("swav", "queue_size", "1000", "multiple of the 512")]
    [InlineData("dino", "local_views.crop_scale_max", "0.01", "local_views")]
    [InlineData("byol", "second_view.crop_scale_max", "0.01", "second_view")]
    public void Keys_of_other_methods_are_checked_against_each_other(string method, string key, string value, string? named)
    {
        Recipe Load() => Recipe.Load(method, new Dictionary<string, string> { [key] = value });
        if (named is null) Assert.Equal(64, Load().BnSplits);
        else Assert.Contains(named, Assert.Throws<RecipeException>(Load).Message);
    }

    [Fact]
    public void What_the_second_view_does_not_name_is_as_in_the_first()
    {
        var recipe = Recipe.Load("byol", new Dictionary<string, string> { ["views.hue"] = "0.3", ["second_view.blur_probability"] = "0.1" });
        Assert.Equal(recipe.Views with { BlurProbability = 0.1, SolarizeProbability = 0.2 }, recipe.SecondView);
        Assert.DoesNotContain("local_views", recipe.ToYaml());
    }

    [Fact]
    public void Values_that_contradict_each_other_are_refused() =>
        Assert.Contains("crop_scale_min", Refused("views.crop_scale_max", "0.01").Message);

    [Fact]
    public void An_unknown_recipe_is_refused_with_the_known_ones() =>
        Assert.Contains("simclr-small", Assert.Throws<RecipeException>(() => Recipe.Load("simclear")).Message);

    [Theory]
    [InlineData("epochs: [1, 2]")]
    [InlineData("- epochs")]
    [InlineData("epochs: 'open")]
    public void A_file_that_is_no_recipe_is_refused(string text)
    {
        string path = Path.Combine(Path.GetTempPath(), $"{Guid.NewGuid():N}.yaml");
        try
        {
            File.WriteAllText(path, text);
            Assert.Throws<RecipeException>(() => Recipe.Load(path));
        }
        finally
        {
            File.Delete(path);
        }
    }

    private static RecipeException Refused(string key, string value) =>
        Assert.Throws<RecipeException>(() => Recipe.Load("simclr", new Dictionary<string, string> { [key] = value }));
}
