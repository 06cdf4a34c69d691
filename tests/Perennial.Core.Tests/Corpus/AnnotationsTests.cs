using System.Text.Json.Nodes;
using Perennial.Core.Corpus;

namespace Perennial.Core.Tests.Corpus;

public sealed class AnnotationsTests
{
    [Theory]
    [InlineData("cat")]
    [InlineData("Großer Uhu 🦉")]
    [InlineData("x")]
    [InlineData(null)]
    public void An_ordinary_label_is_accepted(string? label) => Assert.Null(Annotations.ProblemOfLabel(label));

    [Theory]
    [InlineData("")]
    [InlineData("   ")]
    [InlineData("a\nb")]
    [InlineData("a\tb")]
    [InlineData("a\u0000b")]
    [InlineData("a\u0085b")]
    public void A_blank_or_broken_label_is_refused(string label) => Assert.NotNull(Annotations.ProblemOfLabel(label));

    [Fact]
    public void A_label_with_half_of_a_character_is_refused()
    {
        Assert.NotNull(Annotations.ProblemOfLabel("\ud83e half an owl"));
        Assert.NotNull(Annotations.ProblemOfLabel("half an owl \ud83e"));
        Assert.NotNull(Annotations.ProblemOfLabel("half an owl \udd89"));
    }

    [Fact]
    public void A_label_has_at_most_200_characters()
    {
        Assert.Null(Annotations.ProblemOfLabel(new string('x', 200)));
        Assert.Contains("201", Annotations.ProblemOfLabel(new string('x', 201)));
    }

    [Fact]
    public void Metadata_has_at_most_16_KiB()
    {
        var around = """{"k":""}""".Length;
        Assert.Null(Annotations.ProblemOfMetadata(new JsonObject { ["k"] = new string('x', (16 << 10) - around) }));
        Assert.Contains("16385", Annotations.ProblemOfMetadata(new JsonObject { ["k"] = new string('x', (16 << 10) - around + 1) }));
    }

    [Fact]
    public void Metadata_has_at_most_16_levels()
    {
        static JsonObject Deep(int levels) => levels == 1 ? [] : new JsonObject { ["k"] = Deep(levels - 1) };
        Assert.Null(Annotations.ProblemOfMetadata(Deep(16)));
        Assert.NotNull(Annotations.ProblemOfMetadata(Deep(17)));
        Assert.NotNull(Annotations.ProblemOfMetadata(Deep(500)));
    }

    [Fact]
    public void A_name_given_twice_is_refused() =>
        Assert.NotNull(Annotations.ProblemOfMetadata(JsonNode.Parse("""{"a":{"b":1,"b":2}}""")!.AsObject()));
}
