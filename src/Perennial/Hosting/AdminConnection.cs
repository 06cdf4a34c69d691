namespace Perennial.Hosting;

/// <summary>Feature of a connection that came in on the admin listener.</summary>
internal sealed class AdminConnection
{
    public static readonly AdminConnection Instance = new();
}
