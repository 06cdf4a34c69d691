using System.Formats.Tar;
using System.IO.Compression;
using Perennial.Core.Corpus;
using Perennial.Core.Tests.Images;

namespace Perennial.Core.Tests.Corpus;

public sealed class DatasetTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public static TheoryData<string> Kinds => [.. Archives.Kinds];

    public void Dispose() => _folder.Dispose();

    private static List<DatasetImage> Read(string path, List<SkippedImage>? skipped = null) =>
        Dataset.Read(path, skipped is null ? null : skipped.Add, TestContext.Current.CancellationToken).ToList();

    private static string MessageOf(string path) => Assert.Throws<DatasetException>(() => Read(path)).Message;

    [Theory]
    [MemberData(nameof(Kinds))]
    public void A_folder_and_every_archive_read_the_same(string kind)
    {
        var path = Archives.Make(
            _folder, kind,
            ("train/cat/1.png", Pictures.Png(1)), ("train/dog/2.PNG", Pictures.Png(2)), ("test/cat/3.png", Pictures.Png(3)), ("val/dog/4.jpeg", [1, 2, 3]),
            ("readme.txt", [9]), ("train/labels.csv", [9]), (".hidden.png", [9]), ("train/.cache/5.png", [9]), ("__MACOSX/train/cat/1.png", [9]),
            ("train/cat/._1.png", [9]));
        var images = Read(path).OrderBy(image => image.Name, StringComparer.Ordinal).ToList();
        Assert.Equal(["test/cat/3.png", "train/cat/1.png", "train/dog/2.PNG", "val/dog/4.jpeg"], images.Select(image => image.Name));
        Assert.Equal(["cat", "cat", "dog", "dog"], images.Select(image => image.Label));
        Assert.Equal([Split.Test, Split.Train, Split.Train, Split.Test], images.Select(image => image.Split));
        Assert.Equal([Pictures.Png(3), Pictures.Png(1), Pictures.Png(2), [1, 2, 3]], images.Select(image => image.Bytes));
        Assert.Equal(kind is ".tgz" or ".tar.gz" ? null : 4, Dataset.CountHint(path));
    }

    [Fact]
    public void Cifar_has_its_split_and_its_ten_classes()
    {
        var images = Read(CifarImages.Archive("test.tar.gz"));
        Assert.Equal(10_000, images.Count);
        Assert.All(images, image => Assert.Equal(Split.Test, image.Split));
        Assert.Equal(10, images.CountBy(image => image.Label!).Count());
        Assert.All(images.CountBy(image => image.Label!), label => Assert.Equal(1_000, label.Value));
    }

    [Fact]
    public void A_single_image_file_is_a_dataset_of_one()
    {
        File.WriteAllBytes(_folder.File("one.png"), Pictures.Png(1));
        Assert.Equal(("one.png", null, null), Read(_folder.File("one.png")).Select(image => (image.Name, image.Label, image.Split)).Single());
    }

    [Fact]
    public void Reading_is_lazy_and_can_be_cancelled()
    {
        var path = Archives.Make(_folder, ".tar.gz", [.. Enumerable.Range(0, 50).Select(seed => ($"{seed}.png", Pictures.Png(seed)))]);
        using var cancellation = new CancellationTokenSource();
        var images = Dataset.Read(path, cancellation.Token).GetEnumerator();
        Assert.True(images.MoveNext());
        cancellation.Cancel();
        Assert.ThrowsAny<OperationCanceledException>(() => images.MoveNext());
    }

    [Fact]
    public void Links_and_other_kinds_of_entries_are_passed_over()
    {
        var path = _folder.File("links.tar");
        using (var tar = new TarWriter(File.Create(path)))
        {
            tar.WriteEntry(new PaxTarEntry(TarEntryType.SymbolicLink, "a/link.png") { LinkName = "/etc/passwd" });
            tar.WriteEntry(new PaxTarEntry(TarEntryType.HardLink, "a/hard.png") { LinkName = "../../etc/passwd" });
            tar.WriteEntry(new PaxTarEntry(TarEntryType.Fifo, "a/pipe.png"));
            tar.WriteEntry(new PaxTarEntry(TarEntryType.RegularFile, "a/1.png") { DataStream = new MemoryStream(Pictures.Png(1)) });
        }

        Assert.Equal(["a/1.png"], Read(path).Select(image => image.Name));
        var zip = _folder.File("links.zip");
        using (var archive = ZipFile.Open(zip, ZipArchiveMode.Create))
        {
            foreach (var (name, mode) in new[] { ("link.png", 0xA1FF), ("1.png", 0x81A4) })
            {
                var entry = archive.CreateEntry(name);
                entry.ExternalAttributes = mode << 16;
                using var content = entry.Open();
                content.Write(Pictures.Png(1));
            }
        }

        Assert.Equal(["1.png"], Read(zip).Select(image => image.Name));
        var below = Directory.CreateDirectory(_folder.File("with links")).FullName;
        File.WriteAllBytes(Path.Combine(below, "1.png"), Pictures.Png(1));
        File.CreateSymbolicLink(Path.Combine(below, "2.png"), "/etc/passwd");
        File.CreateSymbolicLink(Path.Combine(below, "loop"), below);
        Assert.Equal(["1.png"], Read(below).Select(image => image.Name));
    }

    [Theory]
    [InlineData(".tar")]
    [InlineData(".zip")]
    public void Paths_that_leave_the_archive_are_passed_over(string kind)
    {
        var path = Archives.Make(
            _folder, kind,
            ("../up.png", [1]), ("a/../../up.png", [1]), ("/etc/absolute.png", [1]), ("a//b.png", [1]), ("..\\windows.png", [1]), ("./here/1.png", [7]));
        Assert.Equal(["here/1.png"], Read(path).Select(image => image.Name));
    }

    [Fact]
    public void A_giant_entry_is_passed_over_whatever_length_it_declares()
    {
        var path = Archives.Make(_folder, ".zip", ("a/bomb.png", new byte[Dataset.LargestEntry + 1]), ("a/1.png", Pictures.Png(1)));
        Assert.True(new FileInfo(path).Length < 1_000_000);
        var skipped = new List<SkippedImage>();
        Assert.Equal(["a/1.png"], Read(path, skipped).Select(image => image.Name));
        Assert.Equal("a/bomb.png", Assert.Single(skipped).Name);
    }

    [Fact]
    public void A_missing_path_is_named() => Assert.Contains("nothing at /no/such/path", MessageOf("/no/such/path"));

    [Fact]
    public void A_missing_path_is_refused_before_anything_is_asked_for() =>
        Assert.Throws<DatasetException>(() => Dataset.Read("/no/such/path", TestContext.Current.CancellationToken));

    [Fact]
    public void A_file_of_an_unknown_kind_is_named()
    {
        File.WriteAllText(_folder.File("images.rar"), "x");
        Assert.Contains("images.rar is of no known kind", MessageOf(_folder.File("images.rar")));
        Assert.Contains("is of no known kind", Assert.Throws<DatasetException>(() => Dataset.CountHint(_folder.File("images.rar"))).Message);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void A_dataset_without_images_is_refused(string kind) =>
        Assert.Contains("holds no images", MessageOf(Archives.Make(_folder, kind, ("readme.txt", [1]))));

    [Theory]
    [InlineData(".tar")]
    [InlineData(".tar.gz")]
    [InlineData(".zip")]
    public void A_damaged_archive_is_refused(string kind)
    {
        var noise = Pictures.Noise(100, 100);
        var path = Archives.Make(_folder, kind, [.. Enumerable.Range(0, 5).Select(seed => ($"a/{seed}.png", noise))]);
        var bytes = File.ReadAllBytes(path);
        File.WriteAllBytes(path, bytes[..(bytes.Length / 2)]);
        Assert.Contains("cannot be read", MessageOf(path));
        File.WriteAllBytes(path, [.. "this is no archive"u8]);
        Assert.Contains("cannot be read", MessageOf(path));
    }
}
