using System.Security.Cryptography.X509Certificates;

namespace RedisChat.IntegrationTests;

/// <summary>A server that accepts only TLS, with a certificate from a test authority.</summary>
internal sealed class TlsServer : IAsyncDisposable
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("redischat-test-tls-");
    private readonly TestAuthority _authority = new();
    private RedisProcess? _process;

    private TlsServer() => File.WriteAllText(AuthorityFile, _authority.Certificate.ExportCertificatePem());

    /// <summary>The certificate of the authority that signed the server's and that the server trusts; a PEM file, as all files here.</summary>
    public string AuthorityFile => Path.Combine(_directory.FullName, "ca.crt");

    /// <summary>How to connect, without the certificates.</summary>
    public string Configuration => $"{_process!.Configuration},ssl=true";

    public string Uri => $"rediss://{_process!.Configuration}/0";

    /// <summary>Starts the server, or skips the test if no server program is installed.</summary>
    /// <param name="mutual">Whether it accepts only clients with a certificate from the same authority.</param>
    public static async Task<TlsServer> StartAsync(bool mutual = false)
    {
        var server = new TlsServer();
        var (certificate, key) = server.Issue("server");
        server._process = await RedisProcess.StartAsync(new RedisSetup
        {
            Tls = true,
            Arguments =
            [
                "--tls-ca-cert-file", server.AuthorityFile, "--tls-cert-file", certificate, "--tls-key-file", key,
                "--tls-auth-clients", mutual ? "yes" : "no",
            ],
        });
        return server;
    }

    /// <summary>Makes files with a certificate and its key, signed by the authority.</summary>
    public (string Certificate, string Key) Issue(string name)
    {
        using var certificate = _authority.Issue(name);
        var files = (Certificate: Path.Combine(_directory.FullName, $"{name}.crt"), Key: Path.Combine(_directory.FullName, $"{name}.key"));
        File.WriteAllText(files.Certificate, certificate.ExportCertificatePem());
        File.WriteAllText(files.Key, certificate.GetRSAPrivateKey()!.ExportPkcs8PrivateKeyPem());
        return files;
    }

    public async ValueTask DisposeAsync()
    {
        if (_process is not null)
        {
            await _process.DisposeAsync();
        }

        _authority.Dispose();
        _directory.Delete(recursive: true);
    }
}
