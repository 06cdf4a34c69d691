namespace Perennial.Hosting;

/// <summary>The admin listener, section <c>Perennial:Admin</c> (or <c>Admin</c>).</summary>
public sealed class AdminOptions
{
    /// <summary>Addresses that admin calls are served on, separated by ';'. Null: on the same addresses as everything else. Where set, they are served nowhere else.</summary>
    public string? Urls { get; set; }
}
