using Perennial.Core.Corpus;

namespace Perennial.Core.Tests.Corpus;

public sealed class DatasetLayoutTests
{
    // Names, and for each its expected side (train, test, -) and label (- without one).
    [Theory]
    [InlineData("flat files have neither", "1.png 2.png", "- -|- -")]
    [InlineData("class folders", "cat/1.png dog/2.png", "- cat|- dog")]
    [InlineData("one class folder", "cat/1.png cat/2.png", "- cat|- cat")]
    [InlineData("deeper folders belong to their class", "cat/a/1.png dog/b/c/2.png", "- cat|- dog")]
    [InlineData("splits", "train/cat/1.png test/dog/2.png", "train cat|test dog")]
    [InlineData("val counts as held out", "train/cat/1.png val/dog/2.png", "train cat|test dog")]
    [InlineData("other spellings", "Training/cat/1.png Validation/dog/2.png", "train cat|test dog")]
    [InlineData("one split alone", "train/cat/1.png train/dog/2.png", "train cat|train dog")]
    [InlineData("splits without classes", "train/1.png test/2.png", "train -|test -")]
    [InlineData("a folder around splits", "cifar/train/cat/1.png cifar/test/dog/2.png", "train cat|test dog")]
    [InlineData("two folders around splits", "a/b/train/cat/1.png a/b/test/dog/2.png", "train cat|test dog")]
    [InlineData("a folder around classes", "flowers/rose/1.png flowers/tulip/2.png", "- rose|- tulip")]
    [InlineData("a folder around one class", "flowers/rose/1.png flowers/rose/2.png", "- rose|- rose")]
    [InlineData("a picture beside the splits", "preview.png train/cat/1.png test/dog/2.png", "- -|train cat|test dog")]
    [InlineData("a picture beside wrapped splits", "set/preview.png set/train/cat/1.png set/test/dog/2.png", "- -|train cat|test dog")]
    [InlineData("a class that is called train", "car/1.png train/2.png plane/3.png", "- car|- train|- plane")]
    [InlineData("pictures beside class folders", "1.png cat/2.png", "- -|- cat")]
    [InlineData("a class with pictures above and below", "rose/1.png rose/wild/2.png", "- rose|- rose")]
    public void Folders_tell_side_and_label(string what, string names, string expected)
    {
        var list = names.Split(' ');
        var layout = DatasetLayout.Of(list);
        var described = list.Select(layout.Describe).Select(image => $"{image.Split?.ToString().ToLowerInvariant() ?? "-"} {image.Label ?? "-"}");
        Assert.Equal((what, expected), (what, string.Join('|', described)));
    }
}
