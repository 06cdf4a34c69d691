namespace Perennial.Background;

/// <summary>Finds the program again that this process runs, whichever way it was started.</summary>
internal static class LearnerExecutable
{
    private const string Name = "perennial";

    /// <returns>The program and its first arguments: <c>perennial</c>, or <c>dotnet perennial.dll</c> where only the library is at hand.</returns>
    public static IReadOnlyList<string> Find()
    {
        string? running = Environment.ProcessPath;
        if (running is not null && Path.GetFileNameWithoutExtension(running) == Name) return [running];
        string program = Path.Combine(AppContext.BaseDirectory, Name);
        if (File.Exists(program)) return [program];
        return [running is not null && Path.GetFileNameWithoutExtension(running) == "dotnet" ? running : "dotnet", program + ".dll"];
    }
}
