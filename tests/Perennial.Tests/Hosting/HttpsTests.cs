using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Perennial.Commands;
using Perennial.Inference.Tests.Models;
using Perennial.Tests.Server;

namespace Perennial.Tests.Hosting;

public sealed class HttpsTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly X509Certificate2 _certificate = SelfSigned();

    public void Dispose()
    {
        _certificate.Dispose();
        _folder.Dispose();
    }

    [Theory]
    [InlineData(true), InlineData(false)]
    public async Task An_https_address_answers_with_the_certificate_of_Kestrels_own_section(bool pem)
    {
        await using LiveServer server = await LiveServer.StartAsync([("Perennial:Urls", "https://127.0.0.1:0"), .. pem ? Pem() : Pfx()]);
        string[] seen = [];
        using HttpClientHandler handler = new() { ServerCertificateCustomValidationCallback = (_, shown, _, _) => (seen = [shown!.Thumbprint]).Length == 1 };
        using HttpClient http = new(handler) { BaseAddress = new Uri(server.Urls.Single()) };
        using HttpRequestMessage request = new(HttpMethod.Get, "/health/live");
        using HttpResponseMessage response = await http.SendAsync(request, TestContext.Current.CancellationToken);
        Assert.Equal(200, (int)response.StatusCode);
        Assert.Equal([_certificate.Thumbprint], seen);
        Assert.False(response.Headers.Contains("Strict-Transport-Security")); // loopback: a browser would remember it for every port
    }

    [Fact]
    public async Task Under_a_name_browsers_are_told_to_stay_with_https()
    {
        await using LiveServer server = await LiveServer.StartAsync([("Perennial:Urls", "https://127.0.0.1:0"), .. Pfx(), ("Perennial:Keys:0:Name", "app"), ("Perennial:Keys:0:Key", "0123456789abcdef"), ("Perennial:Keys:0:Scopes:0", "infer")]);
        using HttpClientHandler handler = new() { ServerCertificateCustomValidationCallback = (_, shown, _, _) => shown!.Thumbprint == _certificate.Thumbprint };
        using HttpClient http = new(handler) { BaseAddress = new Uri(server.Urls.Single()), DefaultRequestVersion = HttpVersion.Version11 };
        using HttpRequestMessage request = new(HttpMethod.Get, "/health/live");
        request.Headers.Host = "vision.example";
        using HttpResponseMessage response = await http.SendAsync(request, TestContext.Current.CancellationToken);
        Assert.StartsWith("max-age=", response.Headers.GetValues("Strict-Transport-Security").Single(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Perennial:Urls", "https://127.0.0.1:0", "needs a certificate")]
    [InlineData("Kestrel:Certificates:Default:Path", "/nowhere/server.pem", "no such file")]
    [InlineData("Kestrel:Certificates:Default:Path", "serve.lock", "cannot be used")]
    [InlineData("Kestrel:Endpoints:Open:Url", "http://0.0.0.0:0", "Perennial:Urls")]
    public async Task A_certificate_that_is_not_there_is_bad_usage_told_in_one_line(string key, string value, string told)
    {
        using StringWriter output = new(), error = new();
        if (value == "serve.lock") value = _folder.Write("server.pem", "no certificate"u8.ToArray());
        string file = _folder.Write("perennial.json", System.Text.Encoding.UTF8.GetBytes($$"""{ "{{key}}": "{{value}}" }"""));
        Assert.Equal(2, await RootVerbs.InvokeAsync(["serve", "--data-dir", Path.Combine(_folder.Path, "data"), "--urls", "https://127.0.0.1:0", "--config", file], output, error, TestContext.Current.CancellationToken));
        Assert.Contains(told, Assert.Single(error.ToString().TrimEnd().Split('\n')), StringComparison.Ordinal);
    }

    private (string, string?)[] Pfx() =>
    [
        ("Kestrel:Certificates:Default:Path", _folder.Write("server.pfx", _certificate.Export(X509ContentType.Pfx, "secret"))),
        ("Kestrel:Certificates:Default:Password", "secret"),
    ];

    private (string, string?)[] Pem() =>
    [
        ("Kestrel:Certificates:Default:Path", _folder.Write("server.pem", System.Text.Encoding.ASCII.GetBytes(_certificate.ExportCertificatePem()))),
        ("Kestrel:Certificates:Default:KeyPath", _folder.Write("server.key", System.Text.Encoding.ASCII.GetBytes(_certificate.GetRSAPrivateKey()!.ExportPkcs8PrivateKeyPem()))),
    ];

    private static X509Certificate2 SelfSigned()
    {
        using RSA key = RSA.Create(2048);
        CertificateRequest request = new("CN=127.0.0.1", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        return request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(2));
    }
}
