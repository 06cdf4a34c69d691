using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Perennial.Hosting;

/// <summary>Where the server listens: publicly, and for admin calls where these have their own addresses.</summary>
internal sealed class Listeners
{
    /// <exception cref="FormatException">An address cannot be read.</exception>
    public Listeners(PerennialOptions options)
    {
        Public = ListenAddress.ParseList("Perennial:Urls", options.Urls);
        Admin = options.Admin.Urls is { } urls ? ListenAddress.ParseList("Perennial:Admin:Urls", urls) : [];
    }

    public IReadOnlyList<ListenAddress> Public { get; }

    public IReadOnlyList<ListenAddress> Admin { get; }

    /// <summary>Whether admin calls have their own listener, and are unknown to the public one.</summary>
    public bool HasAdmin => Admin.Count > 0;

    /// <exception cref="FormatException">An address that other machines can reach, and no key.</exception>
    public void RefuseOpenListenersWithoutKeys(bool hasKeys)
    {
        if (!hasKeys && Public.Concat(Admin).FirstOrDefault(address => !address.IsLoopback) is { } open)
            throw new FormatException($"Listening on {open.Url} lets other machines in, and no key is configured: set Perennial:Keys (Name, Key, Scopes), or listen on 127.0.0.1.");
    }

    public void Bind(KestrelServerOptions kestrel)
    {
        foreach (ListenAddress address in Public) kestrel.Listen(address.Address, address.Port, listen => Secure(listen, address));
        foreach (ListenAddress address in Admin)
        {
            kestrel.Listen(address.Address, address.Port, listen =>
            {
                Secure(listen, address);
                listen.Use(next => connection =>
                {
                    connection.Features.Set(AdminConnection.Instance);
                    return next(connection);
                });
            });
        }
    }

    private static void Secure(ListenOptions listen, ListenAddress address)
    {
        if (address.Secure) listen.UseHttps();
    }
}
