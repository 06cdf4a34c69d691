using Perennial.Commands.Training;
using Perennial.Core.Corpus;
using Perennial.Learning.Pretraining;

namespace Perennial.Bench;

/// <summary>How <c>bench continual</c> was asked to work.</summary>
/// <param name="Small">For a CPU: the first 10,000 images and a network that fits.</param>
/// <param name="Method">Of self-supervision.</param>
/// <param name="Tasks">That the classes are dealt to.</param>
/// <param name="StepsPerTask">Of each run; null for the size's own.</param>
/// <param name="Distillation">cassle or pfr.</param>
/// <param name="Strategies">To be run, joint among them.</param>
/// <param name="Overrides">Keys of the recipe.</param>
/// <param name="Validate">Hold out training images in place of the test images.</param>
internal sealed record ContinualChoice(
    bool Small, string Method, int Tasks, int? StepsPerTask, string Distillation, IReadOnlyList<ContinualStrategy> Strategies,
    IReadOnlyDictionary<string, string> Overrides, bool Validate)
{
    public const int SmallImages = 10_000, SmallTest = 2_000, SmallSteps = 100;
    public const int FullSteps = 3_880; // five tasks: 200 epochs of 50,000 images in batches of 512
    public const int Side = 32;
    private const int HeldOut = 10; // one in so many

    /// <summary>Steps of each task's run.</summary>
    public int Steps => StepsPerTask ?? (Small ? SmallSteps : FullSteps);

    /// <summary>The images, no more than the size allows.</summary>
    public DatasetChoice Bound(DatasetChoice data) => Small ? data with { Limit = data.Limit ?? SmallImages, TestLimit = data.TestLimit ?? SmallTest } : data;

    /// <summary>The sides that are learned from and measured on.</summary>
    public TrainingImages Sides(TrainingImages images)
    {
        if (!Validate) return images;
        int[] ordered = [.. images.Train.GroupBy(row => images.Tiles.Labels[row]).SelectMany(group => group.OrderBy(row => images.Tiles.Ids[row], StringComparer.Ordinal).Select((row, i) => (row, i)))
            .Where(entry => entry.i % HeldOut == 0).Select(entry => entry.row)];
        HashSet<int> held = [.. ordered];
        return images with { Train = [.. images.Train.Where(row => !held.Contains(row))], Test = ordered };
    }

    /// <summary>The method's recipe with values that fit the size, and the overrides.</summary>
    /// <exception cref="RecipeException">An unknown method or key, or a value that is not allowed.</exception>
    public Recipe Recipe(int trainImages)
    {
        Dictionary<string, string> values = new(AutoRecipe.For(Method, trainImages, Side, gpu: !Small).Values, StringComparer.Ordinal);
        foreach ((string key, string value) in Overrides) values[key] = value;
        return Learning.Pretraining.Recipe.Load(Method, values);
    }
}
