using System.Security.Cryptography;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Perennial.Commands;

namespace Perennial.Hosting;

/// <summary>The certificate of https addresses, in Kestrel's own section: <c>Kestrel:Certificates:Default:Path</c> with <c>KeyPath</c> or <c>Password</c>, or <c>Subject</c> and <c>Store</c>.</summary>
internal static class HttpsCertificate
{
    private const string Section = "Kestrel";

    /// <exception cref="UsageException">An address is https and there is no certificate, or Kestrel is given addresses behind the back of the checks that ours go through.</exception>
    public static void Check(IConfiguration configuration, PerennialOptions options)
    {
        if (configuration.GetSection($"{Section}:Endpoints").GetChildren().Any())
            throw new UsageException("Kestrel:Endpoints is not used here; give addresses in Perennial:Urls and Perennial:Admin:Urls.");
        Listeners listeners = new(options);
        if (listeners.Public.Concat(listeners.Admin).FirstOrDefault(address => address.Secure) is not { } secure) return;
        IConfigurationSection certificate = configuration.GetSection($"{Section}:Certificates:Default");
        if (!certificate.GetChildren().Any())
            throw new UsageException($"Listening on {secure.Url} needs a certificate: set Kestrel:Certificates:Default:Path to a .pem file with KeyPath, or to a .pfx file with Password.");
        foreach (string key in new[] { "Path", "KeyPath" })
        {
            if (certificate[key] is { } file && !File.Exists(file)) throw new UsageException($"Kestrel:Certificates:Default:{key} names {file}, and there is no such file.");
        }
    }

    /// <summary>Lets Kestrel read it, now rather than when it starts: a certificate that cannot be used is bad input and not a fault.</summary>
    /// <exception cref="UsageException">It cannot be used.</exception>
    public static void Load(KestrelServerOptions kestrel, IConfiguration configuration)
    {
        try
        {
            kestrel.Configure(configuration.GetSection(Section)).Load();
        }
        catch (Exception exception) when (exception is CryptographicException or IOException or UnauthorizedAccessException or InvalidOperationException)
        {
            throw new UsageException($"Kestrel:Certificates:Default cannot be used: {exception.Message} Give a .pem file with KeyPath, or a .pfx file with Password.");
        }
    }
}
