using System.ComponentModel;
using System.Diagnostics;

namespace Perennial.Tests.Server;

/// <summary>Runs a script of clients from npm. Skips the test, with the reason, where there is no Node.js or the package cannot be had.</summary>
internal static class NodeScripts
{
    private static readonly SemaphoreSlim Installing = new(1);

    /// <summary>What the script, a module, wrote to its standard output.</summary>
    /// <param name="script">The module's text.</param>
    /// <param name="package">What it imports, with the version: name@1.2.3.</param>
    /// <param name="cancellationToken">Ends the script.</param>
    public static async Task<string> RunAsync(string script, string package, CancellationToken cancellationToken)
    {
        string folder = Path.Combine(AppContext.BaseDirectory, "npm", package.Replace('/', '-'));
        await Installing.WaitAsync(cancellationToken);
        try
        {
            if (!Directory.Exists(Path.Combine(folder, "node_modules")))
            {
                Directory.CreateDirectory(folder);
                (int code, _, string fault) = await StartAsync("npm", ["install", "--no-audit", "--no-fund", "--prefix", folder, package], folder, cancellationToken);
                Assert.SkipUnless(code == 0, $"npm cannot install {package}: {fault}");
            }
        }
        finally
        {
            Installing.Release();
        }
        string file = Path.Combine(folder, $"{Guid.NewGuid():N}.mjs");
        await File.WriteAllTextAsync(file, script, cancellationToken);
        (int status, string output, string error) = await StartAsync("node", [file], folder, cancellationToken);
        Assert.True(status == 0, error);
        return output;
    }

    private static async Task<(int Code, string Output, string Error)> StartAsync(string program, string[] arguments, string folder, CancellationToken cancellationToken)
    {
        ProcessStartInfo start = new(program, arguments) { WorkingDirectory = folder, RedirectStandardOutput = true, RedirectStandardError = true };
        Process? process = null;
        try
        {
            process = Process.Start(start)!;
        }
        catch (Win32Exception)
        {
            Assert.Skip($"There is no {program} on this machine.");
        }
        using (process)
        {
            Task<string> output = process!.StandardOutput.ReadToEndAsync(cancellationToken), error = process.StandardError.ReadToEndAsync(cancellationToken);
            await process.WaitForExitAsync(cancellationToken);
            return (process.ExitCode, await output, await error);
        }
    }
}
