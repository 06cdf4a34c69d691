using Perennial.Core.Corpus;

namespace Perennial.Core.Tests.Corpus;

public sealed class DatasetTests
{
    [Fact]
    public void Cifar_has_its_split_and_its_ten_classes()
    {
        var images = Dataset.Read(CifarImages.Archive("test.tar.gz"), TestContext.Current.CancellationToken).ToList();
        Assert.Equal(10_000, images.Count);
        Assert.All(images, image => Assert.Equal(Split.Test, image.Split));
        Assert.Equal(10, images.CountBy(image => image.Label!).Count());
        Assert.All(images.CountBy(image => image.Label!), label => Assert.Equal(1_000, label.Value));
    }
}
