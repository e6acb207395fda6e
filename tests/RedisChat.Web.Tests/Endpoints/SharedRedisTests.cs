#if NET10_0_OR_GREATER
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.DataProtection.KeyManagement;
using Microsoft.AspNetCore.DataProtection.StackExchangeRedis;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.Caching.Distributed;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using RedisChat.AspNetCore;
using RedisChat.IntegrationTests;
using StackExchange.Redis;
using IServer = Microsoft.AspNetCore.Hosting.Server.IServer;

namespace RedisChat.Web.Tests;

/// <summary>Hosts that use the same Redis for other purposes, as Aspire sets them up.</summary>
public sealed class SharedRedisTests(TestServer server)
{
    private readonly string _prefix = $"shared-{Guid.NewGuid():n}";

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_chat_works_beside_a_cache_and_data_protection_on_the_connection_that_Aspire_registers()
    {
        await using var one = await StartAsync();
        await using var two = await StartAsync();
        using var client = new HttpClient { BaseAddress = AddressOf(two) };
        client.DefaultRequestHeaders.Add(HeaderAuthentication.Header, "alice");

        await one.Services.GetRequiredService<IDistributedCache>().SetStringAsync("theme", "dark", Cancelled);
        var ticket = one.Services.GetRequiredService<IDataProtectionProvider>().CreateProtector("tests").Protect("alice");
        await one.Services.GetRequiredService<Chat>().SendAsync("lobby", "bob", "hello", Cancelled);

        (await two.Services.GetRequiredService<IDistributedCache>().GetStringAsync("theme", Cancelled)).Should().Be("dark");
        two.Services.GetRequiredService<IDataProtectionProvider>().CreateProtector("tests").Unprotect(ticket).Should().Be("alice");
        (await client.GetStringAsync("/chat/rooms/lobby/messages", Cancelled)).Should().Contain("\"hello\"");

        // The chat uses the connection, and leaves it to its owner.
        var multiplexer = one.Services.GetRequiredService<IConnectionMultiplexer>();
        one.Services.GetRequiredService<IMessageStore>().Should().BeOfType<RedisMessageStore>();
        await one.StopAsync(Cancelled);
        multiplexer.IsConnected.Should().BeTrue();
    }

    private static Uri AddressOf(WebApplication app) =>
        new(app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single());

    private async Task<WebApplication> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        builder.Configuration["ConnectionStrings:redis"] = server.Connection.Configuration;
        builder.AddRedisClient("redis");
        builder.Services.AddStackExchangeRedisCache(_ => { });
        builder.Services.AddOptions<Microsoft.Extensions.Caching.StackExchangeRedis.RedisCacheOptions>().Configure<IConnectionMultiplexer>((options, multiplexer) =>
            (options.InstanceName, options.ConnectionMultiplexerFactory) = (_prefix, () => Task.FromResult(multiplexer)));
        builder.Services.AddDataProtection().SetApplicationName(_prefix);
        builder.Services.AddOptions<KeyManagementOptions>().Configure<IConnectionMultiplexer>((options, multiplexer) =>
            options.XmlRepository = new RedisXmlRepository(() => multiplexer.GetDatabase(), $"{_prefix}-keys"));
        builder.Services.AddAuthentication(HeaderAuthentication.SchemeName).AddScheme<AuthenticationSchemeOptions, HeaderAuthentication>(HeaderAuthentication.SchemeName, null);
        builder.Services.AddAuthorization();
        builder.Services.AddRedisChat().ConfigureRedis(options => options.KeyPrefix = _prefix).AddWeb();

        var app = builder.Build();
        app.UseAuthentication();
        app.UseAuthorization();
        app.MapRedisChat("/chat").RequireAuthorization();
        await app.StartAsync(Cancelled);
        return app;
    }
}
#endif
