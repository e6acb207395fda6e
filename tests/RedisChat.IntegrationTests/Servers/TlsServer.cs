using System.Security.Cryptography.X509Certificates;

namespace RedisChat.IntegrationTests;

/// <summary>A server that speaks nothing but TLS, with a certificate of a self-made authority.</summary>
internal sealed class TlsServer : IAsyncDisposable
{
    private readonly DirectoryInfo _directory;
    private readonly RedisProcess _process;

    private TlsServer(DirectoryInfo directory, RedisProcess process, TestAuthority authority)
    {
        _directory = directory;
        _process = process;
        Authority = authority;
    }

    /// <summary>Who signed the server's certificate, and whose clients it takes.</summary>
    public TestAuthority Authority { get; }

    /// <summary>The authority's certificate, as a PEM file.</summary>
    public string AuthorityFile => Path.Combine(_directory.FullName, "ca.crt");

    /// <summary>How to connect, without the certificates.</summary>
    public string Configuration => $"{_process.Configuration},ssl=true";

    /// <summary>Starts it, or skips the test where there is nothing to start.</summary>
    /// <param name="mutual">Whether it takes only clients with a certificate of the same authority.</param>
    public static async Task<TlsServer> StartAsync(bool mutual = false)
    {
        var directory = Directory.CreateTempSubdirectory("redischat-test-tls-");
        var authority = new TestAuthority();
        using var certificate = authority.Issue("redis");
        await WriteAsync("ca.crt", authority.Certificate.ExportCertificatePem());
        await WriteAsync("redis.crt", certificate.ExportCertificatePem());
        await WriteAsync("redis.key", certificate.GetRSAPrivateKey()!.ExportPkcs8PrivateKeyPem());
        var process = await RedisProcess.StartAsync(new RedisSetup
        {
            Tls = true,
            Arguments =
            [
                "--tls-ca-cert-file", In("ca.crt"), "--tls-cert-file", In("redis.crt"), "--tls-key-file", In("redis.key"),
                "--tls-auth-clients", mutual ? "yes" : "no",
            ],
        });
        return new TlsServer(directory, process, authority);

        string In(string file) => Path.Combine(directory.FullName, file);

        Task WriteAsync(string file, string text) => File.WriteAllTextAsync(In(file), text);
    }

    public async ValueTask DisposeAsync()
    {
        await _process.DisposeAsync();
        Authority.Dispose();
        _directory.Delete(recursive: true);
    }
}
