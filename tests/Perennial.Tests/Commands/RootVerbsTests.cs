using Perennial.Commands;

namespace Perennial.Tests.Commands;

public sealed class RootVerbsTests
{
    [Fact]
    public async Task An_unknown_verb_is_bad_usage_told_in_one_line()
    {
        (int code, string output, string error) = await RunAsync("frobnicate");
        Assert.Equal(2, code);
        Assert.Empty(output);
        Assert.Single(error.TrimEnd().Split('\n'));
        Assert.Contains("frobnicate", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Help_of_the_root_names_what_the_program_is()
    {
        (int code, string output, string error) = await RunAsync("--help");
        Assert.Equal(0, code);
        Assert.Empty(error);
        Assert.Contains("vision-model server", output, StringComparison.Ordinal);
    }

    private static async Task<(int Code, string Output, string Error)> RunAsync(params string[] args)
    {
        using StringWriter output = new(), error = new();
        int code = await RootVerbs.InvokeAsync(args, output, error, TestContext.Current.CancellationToken);
        return (code, output.ToString(), error.ToString());
    }
}
