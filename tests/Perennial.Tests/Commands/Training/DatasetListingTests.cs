using Perennial.Commands.Training;
using Perennial.Core.Corpus;
using Perennial.Demo.Samples;

namespace Perennial.Tests.Commands.Training;

public sealed class DatasetListingTests : IDisposable
{
    private static readonly IReadOnlyList<Sample> Samples = SampleImages.Render(120, 21, null, CancellationToken.None);
    private readonly string _folder = Directory.CreateTempSubdirectory("perennial-listing-").FullName;

    [Fact]
    public void Folders_that_name_both_sides_decide()
    {
        Write("train", Samples.Take(80));
        Write("test", Samples.Skip(80));
        DatasetListing listing = List(new DatasetChoice(_folder, null, null, null));
        Assert.Equal((80, 40), (listing.CountOf(Split.Train), listing.CountOf(Split.Test)));
    }

    [Fact]
    public void Otherwise_the_content_decides_as_it_does_in_the_service()
    {
        Write("", Samples);
        DatasetListing listing = List(new DatasetChoice(_folder, null, null, null));
        Assert.Equal(Samples.Count(sample => Splits.Of(ImageId.Of(sample.Bytes)) == Split.Test), listing.CountOf(Split.Test));
        Assert.Equal(Samples.Count, listing.Count);
        Assert.All(listing.Sources(TestContext.Current.CancellationToken), source => Assert.Equal(Splits.Of(source.Id), source.Split));
    }

    [Fact]
    public void A_test_set_elsewhere_keeps_its_images_out_of_training()
    {
        string train = Path.Combine(_folder, "a"), test = Path.Combine(_folder, "b");
        Write("a", Samples.Take(100));
        Write("b", Samples.Skip(90));
        DatasetListing listing = List(new DatasetChoice(train, test, null, null));
        Assert.Equal((90, 30), (listing.CountOf(Split.Train), listing.CountOf(Split.Test)));
    }

    [Fact]
    public void Limits_take_the_same_images_evenly_from_the_classes()
    {
        Write("train", Samples.Take(80));
        Write("test", Samples.Skip(80));
        var choice = new DatasetChoice(_folder, null, 30, 10);
        TileSource[] first = [.. List(choice).Sources(TestContext.Current.CancellationToken)], second = [.. List(choice).Sources(TestContext.Current.CancellationToken)];
        Assert.Equal(first.Select(source => source.Id), second.Select(source => source.Id));
        Assert.All(SampleImages.Families, family => Assert.Equal(3, first.Count(source => source.Label == family && source.Split == Split.Train)));
        Assert.All(SampleImages.Families, family => Assert.Equal(1, first.Count(source => source.Label == family && source.Split == Split.Test)));
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private static DatasetListing List(DatasetChoice choice) => DatasetListing.Of(choice, TestContext.Current.CancellationToken);

    private void Write(string side, IEnumerable<Sample> samples)
    {
        foreach (Sample sample in samples)
        {
            string place = Path.Combine(_folder, side, sample.Family);
            Directory.CreateDirectory(place);
            File.WriteAllBytes(Path.Combine(place, sample.Name), sample.Bytes);
        }
    }
}
