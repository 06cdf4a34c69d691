using System.CommandLine;

namespace Perennial.Commands;

/// <summary>The options with which a verb finds its corpus: a running service, or a data directory.</summary>
internal sealed class ServiceOrDirectory
{
    private const string UsualDirectory = "./data";

    private readonly Option<string?> _directory = new("--data-dir") { Description = $"The data directory (default {UsualDirectory}).", HelpName = "DIR" };
    private readonly Option<string?> _url = new("--url") { Description = "Address of a running service, instead of a directory.", HelpName = "URL" };
    private readonly Option<string?> _key = new("--key") { Description = "API key for the service.", HelpName = "KEY" };

    public void AddTo(Command command)
    {
        command.Add(_directory);
        command.Add(_url);
        command.Add(_key);
        command.Validators.Add(result =>
        {
            if (result.GetResult(_directory) is not null && result.GetResult(_url) is not null)
            {
                result.AddError("Give --data-dir or --url, not both");
            }
            else if (result.GetResult(_key) is not null && result.GetResult(_url) is null)
            {
                result.AddError("--key belongs to --url");
            }
        });
    }

    /// <summary>Null where a directory is meant.</summary>
    public (Uri Address, string? Key)? Service(ParseResult parsed)
    {
        if (parsed.GetValue(_url) is not { } url)
        {
            return null;
        }
        return Uri.TryCreate(url, UriKind.Absolute, out Uri? address) && address.Scheme is "http" or "https"
            ? (address, parsed.GetValue(_key))
            : throw new UsageException($"--url {url} is not an address; give for example http://127.0.0.1:8080.");
    }

    public string Directory(ParseResult parsed) => parsed.GetValue(_directory) ?? UsualDirectory;
}
