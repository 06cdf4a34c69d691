using System.CommandLine;
using Perennial.Commands;

namespace Perennial.Tests.Commands;

public sealed class RootVerbsTests
{
    public static TheoryData<string> Verbs => [.. RootVerbs.Create().Subcommands.Where(verb => !verb.Hidden).Select(verb => verb.Name)];

    [Fact]
    public async Task An_unknown_verb_is_bad_usage_told_in_one_line()
    {
        CommandLine told = (await CommandLine.RunAsync("frobnicate")).IsRefusedInOneSentence();
        Assert.Contains("frobnicate", told.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Help_of_the_root_lists_every_verb()
    {
        CommandLine told = await CommandLine.RunAsync("--help");
        Assert.Equal(0, told.Code);
        Assert.Empty(told.Error);
        Assert.All(RootVerbs.Create().Subcommands.Where(verb => !verb.Hidden), verb => Assert.Contains($"  {verb.Name} ", told.Output, StringComparison.Ordinal));
    }

    [Theory]
    [MemberData(nameof(Verbs))]
    public async Task Each_verb_explains_itself_with_examples_that_parse(string verb)
    {
        CommandLine told = await CommandLine.RunAsync(verb, "--help");
        Assert.Equal(0, told.Code);
        Assert.Empty(told.Error);
        Assert.Contains($"perennial {verb}", told.Output, StringComparison.Ordinal);
        Command command = RootVerbs.Create().Subcommands.Single(candidate => candidate.Name == verb);
        if (command is Verb { Hidden: false } shown)
        {
            Assert.NotEmpty(shown.Examples);
            Assert.All(shown.Examples, example => Assert.Empty(RootVerbs.Create().Parse(example).Errors));
        }
    }

    [Fact]
    public async Task No_verb_at_all_is_bad_usage() => (await CommandLine.RunAsync()).IsRefusedInOneSentence();
}
