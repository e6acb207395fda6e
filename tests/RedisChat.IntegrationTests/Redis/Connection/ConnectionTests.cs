using Microsoft.Extensions.DependencyInjection;
using StackExchange.Redis;

namespace RedisChat.IntegrationTests.Redis;

/// <summary>Which connection a chat uses, and who closes it.</summary>
public sealed class ConnectionTests(TestServer server)
{
    private readonly string _prefix = $"test-{Guid.NewGuid():n}";

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_connection_that_is_passed_in_is_used_and_left_open()
    {
        await using var connection = await ConnectAsync();

        await SendAndDisposeAsync(services => services.AddRedisChat(connection));

        (await connection.GetDatabase().PingAsync()).Should().BePositive();
        (await server.Connection.GetDatabase().KeyExistsAsync($"{_prefix}:{{lobby}}")).Should().BeTrue();
    }

    [Fact]
    public async Task A_connection_that_the_host_has_registered_is_used_and_left_to_the_host()
    {
        await using var connection = await ConnectAsync();

        await SendAndDisposeAsync(services => services.AddSingleton<IConnectionMultiplexer>(connection).AddRedisChat());

        (await connection.GetDatabase().PingAsync()).Should().BePositive();
    }

    [Fact]
    public async Task A_keyed_chat_uses_the_connection_of_its_key()
    {
        await using var connection = await ConnectAsync();

        await SendAndDisposeAsync(
            services => services.AddKeyedSingleton<IConnectionMultiplexer>("support", connection).AddKeyedRedisChat("support"), "support");

        (await connection.GetDatabase().PingAsync()).Should().BePositive();
    }

    [Fact]
    public async Task A_connection_of_its_own_is_closed_with_the_chat()
    {
        _ = server.Connection;
        var name = $"client-{Guid.NewGuid():n}";
        var configuration = ConfigurationOptions.Parse(server.AdminConfiguration!);
        configuration.ClientName = name;
        var services = new ServiceCollection();
        services.AddRedisChat(configuration).ConfigureRedis(options => options.KeyPrefix = _prefix);
        await using (var provider = services.BuildServiceProvider())
        {
            await provider.GetRequiredService<Chat>().SendAsync("lobby", "alice", "hello", Cancelled);
            (await ClientsAsync()).Should().Contain(name);
        }

        // The server takes a moment to notice a closed connection.
        await Poll.UntilAsync(async () => !(await ClientsAsync()).Contains(name, StringComparison.Ordinal), "the connection is closed");
    }

    [Fact]
    public async Task A_connection_string_in_the_options_is_used()
    {
        _ = server.Connection;

        await SendAndDisposeAsync(services => services.AddRedisChat().ConfigureRedis(options => options.Configuration = server.Configuration));
    }

    private async Task<string> ClientsAsync() => (string?)await server.Connection.GetDatabase().ExecuteAsync("CLIENT", "LIST") ?? "";

    private async Task<ConnectionMultiplexer> ConnectAsync()
    {
        _ = server.Connection;
        return await ConnectionMultiplexer.ConnectAsync(server.Configuration!);
    }

    private async Task SendAndDisposeAsync(Func<IServiceCollection, IRedisChatBuilder> add, string? key = null)
    {
        var services = new ServiceCollection();
        add(services).ConfigureRedis(options => options.KeyPrefix = _prefix);
        await using var provider = services.BuildServiceProvider();
        var chat = provider.GetRequiredKeyedService<Chat>(key);
        (await chat.SendAsync("lobby", "alice", "hello", Cancelled)).Id.Should().Be(1);
        (await chat.ReceiveAsync("lobby", cancellationToken: Cancelled)).Messages.Should().ContainSingle();
    }
}
