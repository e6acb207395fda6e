using System.Diagnostics.CodeAnalysis;
using DotNet.Testcontainers.Builders;
using RedisChat.IntegrationTests;
using StackExchange.Redis;
using Testcontainers.Redis;

[assembly: AssemblyFixture(typeof(TestServer))]

namespace RedisChat.IntegrationTests;

/// <summary>
/// The server that tests share, each with its own key prefix. Found in this order: the one that <c>REDISCHAT_TEST_REDIS</c> names, a container,
/// a redis-server or valkey-server on the PATH, and, on .NET 10, the embedded Garnet. <c>REDISCHAT_TEST_BACKEND</c> (docker, process, garnet)
/// forces one.
/// </summary>
public sealed partial class TestServer : IAsyncLifetime
{
    private const string Image = "redis:7.4-alpine";

    private readonly Stack<IAsyncDisposable> _owned = new();
    private ConnectionMultiplexer? _administrators;
    private ConnectionMultiplexer? _chats;
    private ConnectionMultiplexer? _classicChats;

    /// <summary>Whether a missing server must fail the tests instead of skipping them.</summary>
    private static bool OnBuildServer => Environment.GetEnvironmentVariable("CI") is "true" or "1";

    /// <summary>The server that the tests run on, for people.</summary>
    public string Description { get; private set; } = "no server";

    /// <summary>How to connect, with all rights; <see langword="null"/> if there is no server.</summary>
    public string? AdminConfiguration { get; private set; }

    /// <summary>
    /// How a chat connects; <see langword="null"/> if there is no server. On a Redis that the tests start themselves it has no more rights than
    /// docs/operations.md gives it; on a named server it has the rights of its user.
    /// </summary>
    public string? Configuration { get; private set; }

    /// <summary>How a chat with the classic layout connects; otherwise as <see cref="Configuration"/>.</summary>
    public string? ClassicConfiguration { get; private set; }

    /// <summary>Whether it is a Redis or Valkey (not Garnet).</summary>
    public bool IsRedis { get; private set; }

    public async ValueTask InitializeAsync()
    {
        var backend = Environment.GetEnvironmentVariable("REDISCHAT_TEST_BACKEND") ?? "";
        if (Environment.GetEnvironmentVariable("REDISCHAT_TEST_REDIS") is { Length: > 0 } configured)
        {
            // A configured server that is down is an error below, not a reason to take another.
            (AdminConfiguration, IsRedis, Description) = (configured, true, "the server that REDISCHAT_TEST_REDIS names");
        }
        else if (backend is "" or "docker" && await TryStartContainerAsync(required: backend == "docker") is { } container)
        {
            (AdminConfiguration, IsRedis, Description) = (container, true, $"a container of {Image}");
        }
        else if (backend is "" or "process" && RedisProcess.Program is not null)
        {
            var process = await RedisProcess.StartAsync();
            _owned.Push(process);
            (AdminConfiguration, IsRedis, Description) = (process.Configuration, true, $"{RedisProcess.Program} on port {process.Port}");
        }
        else if (backend is "" or "garnet" && TryStartGarnet() is { } garnet)
        {
            (AdminConfiguration, IsRedis, Description) = (garnet, false, "the embedded Garnet");
        }

        if (OnBuildServer && !IsRedis && backend != "garnet")
        {
            throw new InvalidOperationException("On a build server the tests need a real Redis: install redis-server or set REDISCHAT_TEST_REDIS.");
        }

        if (AdminConfiguration is not null)
        {
            var isOurs = _owned.Count > 0;
            _administrators = await ConnectAsync($"{AdminConfiguration},allowAdmin=true,asyncTimeout=60000,syncTimeout=60000,connectTimeout=5000");
            Description += $", version {_administrators.GetServers()[0].Version}";
            (Configuration, ClassicConfiguration) = isOurs && IsRedis
                ? (await GrantAsync(DocumentedRights.Default, "chat", "~test-*", "&test-*"), await GrantAsync(DocumentedRights.Classic, "classic", "~test-*"))
                : (AdminConfiguration, AdminConfiguration);
            (_chats, _classicChats) = (await ConnectAsync(Configuration), await ConnectAsync(ClassicConfiguration));
        }

        Console.WriteLine($"Integration tests run on {Description}.");
        TestContext.Current.SendDiagnosticMessage("Integration tests run on {0}.", Description);
    }

    /// <summary>A connection with all rights, shared by all tests; a test that disturbs connections makes its own.</summary>
    public ConnectionMultiplexer Connection => Need(_administrators);

    /// <summary>A connection for chats, shared by all tests, with the rights of <see cref="Configuration"/>.</summary>
    public ConnectionMultiplexer ChatConnection => Need(_chats);

    /// <summary>The same for chats with the classic layout.</summary>
    public ConnectionMultiplexer ClassicConnection => Need(_classicChats);

    /// <summary>How a chat of its own connects: <see cref="Configuration"/>. Skips the test if there is no server.</summary>
    public string Require()
    {
        _ = Connection;
        return Configuration!;
    }

    /// <summary>Skips a test that needs something Garnet lacks.</summary>
    public void NeedRedis(string why)
    {
        _ = Connection;
        if (!IsRedis)
        {
            SkipOrFail($"{why} The tests run on {Description}.");
        }
    }

    public async ValueTask DisposeAsync()
    {
        while (_owned.TryPop(out var owned))
        {
            await owned.DisposeAsync();
        }
    }

    /// <summary>Says why a test cannot run here. On a build server the test fails, because everything must run there.</summary>
    [DoesNotReturn]
    public static void SkipOrFail(string why)
    {
        if (OnBuildServer && Environment.GetEnvironmentVariable("REDISCHAT_TEST_BACKEND") is null)
        {
            Assert.Fail(why);
        }

        Assert.Skip(why);
    }

    private static ConnectionMultiplexer Need(ConnectionMultiplexer? connection)
    {
        if (connection is null)
        {
            SkipOrFail("There is no server: no Docker, no redis-server or valkey-server on the PATH, and no Garnet for this .NET version.");
        }

        return connection;
    }

    private async Task<ConnectionMultiplexer> ConnectAsync(string configuration)
    {
        var connection = await ConnectionMultiplexer.ConnectAsync(configuration);
        _owned.Push(connection);
        return connection;
    }

    /// <summary>Returns how to connect as that user.</summary>
    private async Task<string> GrantAsync(DocumentedRights rights, string user, params string[] patterns)
    {
        var command = rights.GrantTo(user, patterns);
        await Connection.GetDatabase().ExecuteAsync(command[0], [.. command[1..]]);
        return $"{AdminConfiguration},user={user},password=secret";
    }

    private async Task<string?> TryStartContainerAsync(bool required)
    {
        try
        {
            var container = new RedisBuilder(Image).Build();
            await container.StartAsync();
            _owned.Push(container);
            return container.GetConnectionString();
        }
        catch (DockerUnavailableException) when (!required)
        {
            return null;
        }
    }

    private string? TryStartGarnet()
    {
        string? configuration = null;
        StartGarnet(ref configuration);
        return configuration;
    }

    /// <summary>Implemented for .NET versions with Garnet.</summary>
    partial void StartGarnet(ref string? configuration);
}
