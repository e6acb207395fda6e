using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using RedisChat.Tests.Storage;
using StackExchange.Redis;

namespace RedisChat.Tests.DependencyInjection;

/// <summary>A chat that has nothing to connect to stops its host. One whose Redis is down does not.</summary>
public sealed class ConnectionAtStartTests
{
    private const string Unkeyed =
        "The chat has no Redis to connect to. Call AddRedisChat(\"localhost:6379\"), set RedisStoreOptions.Configuration, or register an IConnectionMultiplexer.";

    private const string Keyed =
        "The chat 'support' has no Redis to connect to. Call AddKeyedRedisChat(\"support\").UseRedis(\"localhost:6379\"), set Configuration of the "
        + "RedisStoreOptions named 'support', or register an IConnectionMultiplexer.";

    public static TheoryData<Action<IServiceCollection>, string> Unconnected => new()
    {
        { services => services.AddRedisChat(), Unkeyed },
        { services => services.AddRedisChat().UseClassicLayout(), Unkeyed },
        { services => services.AddRedisChat().UseInMemory().UseClassicLayout(), Unkeyed },
        { services => services.AddKeyedRedisChat("support"), Keyed },
        { services => services.AddRedisChat("localhost:1").Services.AddKeyedRedisChat("support").UseClassicLayout(), Keyed },
        { services => services.AddKeyedRedisChat("support").Services.AddKeyedSingleton<IConnectionMultiplexer>("other", (_, _) => throw new InvalidOperationException()), Keyed },
    };

    public static TheoryData<Action<IServiceCollection>> Connected => new()
    {
        services => services.AddRedisChat("localhost:1"),
        services => services.AddRedisChat("redis://localhost:1"),
        services => services.AddRedisChat().UseRedis("localhost:1").UseClassicLayout(),
        services => services.AddRedisChat().ConfigureRedis(options => options.Configuration = "localhost:1"),
        services => services.AddRedisChat().UseInMemory(),
        services => services.AddRedisChat().UseStore<UnusableStore>(),
        services => services.AddSingleton<IMessageStore, UnusableStore>().AddRedisChat(),
        services => services.AddRedisChat().Services.AddSingleton<IMessageStore, UnusableStore>(),
        services => services.AddKeyedRedisChat("support").UseInMemory(),
        services => services.AddKeyedRedisChat("support").UseRedis("localhost:1"),
        services => services.AddKeyedRedisChat("support").Services.Configure<RedisStoreOptions>("support", options => options.Configuration = "localhost:1"),

        // The host's connection is not opened at the start, which would fail while Redis is down.
        services => services.AddRedisChat().Services.AddSingleton<IConnectionMultiplexer>(_ => throw new InvalidOperationException("It was connected.")),
        services => services.AddKeyedRedisChat("support").Services.AddSingleton<IConnectionMultiplexer>(_ => throw new InvalidOperationException("It was connected.")),
        services => services.AddKeyedRedisChat("support").Services
            .AddKeyedSingleton<IConnectionMultiplexer>("support", (_, _) => throw new InvalidOperationException("It was connected.")),
    };

    [Theory]
    [MemberData(nameof(Unconnected))]
    public void Without_anything_to_connect_to_the_host_does_not_start_and_the_error_names_the_method_to_call(Action<IServiceCollection> add, string sentence)
    {
        var start = () => Start(add);

        start.Should().Throw<OptionsValidationException>().WithMessage(sentence);
    }

    [Theory]
    [MemberData(nameof(Connected))]
    public void With_a_connection_or_if_it_needs_none_the_host_starts(Action<IServiceCollection> add)
    {
        using var host = Start(add);

        host.Services.GetRequiredService<IHostApplicationLifetime>().ApplicationStarted.IsCancellationRequested.Should().BeTrue();
    }

    [Fact]
    public void Outside_a_host_the_first_use_fails_with_the_same_error()
    {
        using var provider = new ServiceCollection().AddKeyedRedisChat("support").Services.BuildServiceProvider();

        provider.Invoking(services => services.GetRequiredKeyedService<Chat>("support")).Should().Throw<OptionsValidationException>().WithMessage(Keyed);
    }

    private static IHost Start(Action<IServiceCollection> add)
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        add(builder.Services);
        var host = builder.Build();
        host.Start();
        return host;
    }
}
