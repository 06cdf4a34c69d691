using Perennial.Commands;

namespace Perennial.Tests.Commands;

/// <summary>Runs a command line in this process and keeps what it said.</summary>
internal sealed record CommandLine(int Code, string Output, string Error)
{
    public static async Task<CommandLine> RunAsync(params string[] args)
    {
        using StringWriter output = new(), error = new();
        int code = await RootVerbs.InvokeAsync(args, output, error, TestContext.Current.CancellationToken);
        return new CommandLine(code, output.ToString(), error.ToString());
    }

    /// <summary>Bad usage or input: code 2, nothing on stdout, one line on stderr that ends like a sentence.</summary>
    public CommandLine IsRefusedInOneSentence()
    {
        Assert.Equal(2, Code);
        Assert.Empty(Output);
        string line = Assert.Single(Error.TrimEnd('\n').Split('\n'));
        Assert.EndsWith(".", line, StringComparison.Ordinal);
        Assert.DoesNotContain("Exception", line, StringComparison.Ordinal);
        return this;
    }
}
