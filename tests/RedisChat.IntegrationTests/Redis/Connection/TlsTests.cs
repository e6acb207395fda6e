using Microsoft.Extensions.DependencyInjection;
using RedisChat.Conformance;

namespace RedisChat.IntegrationTests.Redis;

/// <summary>TLS as docs/operations.md describes it. It shows the marked regions of this file.</summary>
public sealed class TlsTests
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task With_the_authority_that_signed_the_servers_certificate_everything_goes_over_TLS()
    {
        await using var server = await TlsServer.StartAsync();

        await UseAsync(services => AddWithAuthority(services, server.Configuration, server.AuthorityFile));
    }

    [Fact]
    public async Task A_rediss_URI_speaks_TLS()
    {
        await using var server = await TlsServer.StartAsync();

        await UseAsync(services => AddWithAuthority(services, server.Uri, server.AuthorityFile));
    }

    [Fact]
    public async Task A_client_is_accepted_with_its_own_certificate_and_refused_without()
    {
        await using var server = await TlsServer.StartAsync(mutual: true);
        var (certificate, key) = server.Issue("client");

        await UseAsync(services => AddWithCertificate(services, server.Configuration, server.AuthorityFile, certificate, key));

        await RefusedAsync(services => AddWithAuthority(services, server.Configuration, server.AuthorityFile));
    }

    [Fact]
    public async Task A_server_whose_authority_is_not_trusted_is_refused()
    {
        await using var server = await TlsServer.StartAsync();
        await using var other = await TlsServer.StartAsync();

        await RefusedAsync(services => AddWithAuthority(services, server.Configuration, other.AuthorityFile));
        await RefusedAsync(services => services.AddRedisChat(server.Configuration));
    }

    [Fact]
    public async Task A_server_whose_name_differs_from_its_certificates_is_refused()
    {
        await using var server = await TlsServer.StartAsync();

        await RefusedAsync(services => AddWithAuthority(services, $"{server.Configuration},sslHost=elsewhere.example", server.AuthorityFile));
    }

    private static void AddWithAuthority(IServiceCollection services, string configuration, string authority)
    {
        #region authority
        var redis = RedisConfiguration.Parse(configuration); // rediss://redis.example.com:6380
        redis.TrustIssuer(authority); // ca.crt
        services.AddRedisChat(redis);
        #endregion
    }

    private static void AddWithCertificate(IServiceCollection services, string configuration, string authority, string certificate, string key)
    {
        #region certificate
        var redis = RedisConfiguration.Parse(configuration); // rediss://redis.example.com:6380
        redis.TrustIssuer(authority); // ca.crt
        redis.SetUserPemCertificate(certificate, key); // client.crt, client.key
        services.AddRedisChat(redis);
        #endregion
    }

    private static async Task UseAsync(Action<IServiceCollection> add)
    {
        await using var provider = Provide(add);
        var chat = provider.GetRequiredService<Chat>();
        await using var log = new WatchLog(chat.WatchAsync("lobby"));
        await log.CaughtUpAsync();
        await chat.SendAsync("lobby", "alice", "hello", Cancelled);
        await log.UntilAsync(l => l.CreatedIds.Contains(1));
        (await chat.CheckHealthAsync(TimeSpan.FromSeconds(20), Cancelled)).IsHealthy.Should().BeTrue();
    }

    private static async Task RefusedAsync(Action<IServiceCollection> add)
    {
        await using var provider = Provide(services =>
        {
            add(services);
            services.Configure<ChatOptions>(options => options.OperationTimeout = TimeSpan.FromSeconds(3));
        });
        var chat = provider.GetRequiredService<Chat>();
        var error = await Assert.ThrowsAsync<ChatUnavailableException>(() => chat.SendAsync("lobby", "alice", "hello", Cancelled));
        error.MayHaveHappened.Should().BeFalse();

        // The client library does not always say why; if it does, the message repeats it.
        error.Message.Should().Contain("certificates");
        error.InnerException.Should().NotBeNull();
    }

    private static ServiceProvider Provide(Action<IServiceCollection> add)
    {
        var services = new ServiceCollection();
        add(services);
        return services.BuildServiceProvider();
    }
}
