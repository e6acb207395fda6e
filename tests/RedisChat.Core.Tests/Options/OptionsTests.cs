using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace RedisChat.Tests.Options;

public sealed class OptionsTests
{
    public static TheoryData<Action<ChatOptions>, string> BadChatOptions => new()
    {
        { options => options.MaxTextBytes = 0, "ChatOptions.MaxTextBytes is 0; it must be from 1 to 1048576." },
        { options => options.MaxTextBytes = 2_000_000, "ChatOptions.MaxTextBytes is 2000000; it must be from 1 to 1048576." },
        { options => options.MaxMetadataEntries = -1, "ChatOptions.MaxMetadataEntries is -1; it must be from 0 to 64." },
        { options => options.MaxMetadataBytes = 65_537, "ChatOptions.MaxMetadataBytes is 65537; it must be from 0 to 65536." },
        { options => options.OperationTimeout = TimeSpan.Zero, "ChatOptions.OperationTimeout is 00:00:00; it must be from 00:00:00.1000000 to 00:05:00." },
    };

    [Theory]
    [MemberData(nameof(BadChatOptions))]
    public void A_bad_option_stops_the_host_with_one_sentence(Action<ChatOptions> spoil, string sentence)
    {
        var start = () => Start(services => services.AddRedisChat("localhost").Configure(spoil));

        start.Should().Throw<OptionsValidationException>().WithMessage(sentence);
        var options = new ChatOptions();
        spoil(options);
        FluentActions.Invoking(() => new Chat(new InMemoryMessageStore(), options)).Should().Throw<ArgumentException>().WithMessage($"{sentence}*");
    }

    public static TheoryData<Action<RedisStoreOptions>, string> BadRedisOptions => new()
    {
        { options => options.Configuration = "localhost,nonsense=hunter2", "RedisStoreOptions.Configuration (not shown because it may contain a password) is not valid. Write 'host:6379,user=name,password=secret,ssl=true' or 'redis://name:secret@host:6379/0', with rediss:// for TLS." },
        { options => options.Configuration = "ssl=true", "RedisStoreOptions.Configuration (not shown because it may contain a password) names no host to connect to. Write 'host:6379,user=name,password=secret,ssl=true' or 'redis://name:secret@host:6379/0', with rediss:// for TLS." },
        { options => options.KeyPrefix = "a{b}", "RedisStoreOptions.KeyPrefix is 'a{b}'. A key prefix is 1 to 64 of the characters A-Z a-z 0-9 . _ - : /." },
        { options => options.IdempotencyWindow = TimeSpan.FromSeconds(3), "RedisStoreOptions.IdempotencyWindow is 00:00:03; it must be from 00:01:00 to 1.00:00:00." },
        { options => options.IdempotencyWindow = TimeSpan.FromMilliseconds(60_060), "RedisStoreOptions.IdempotencyWindow is 00:01:00.0600000; it must be in whole seconds." },
        { options => options.ChangeLogLength = 1, "RedisStoreOptions.ChangeLogLength is 1; it must be from 100 to 1000000." },
        { options => options.SealAfter = 0, "RedisStoreOptions.SealAfter is 0; it must be from 1 to 1000000." },
        { options => options.RoomCacheSize = 0, "RedisStoreOptions.RoomCacheSize is 0; it must be from 1 to 10000000." },
    };

    [Theory]
    [MemberData(nameof(BadRedisOptions))]
    public void A_bad_option_of_the_store_stops_the_host_with_one_sentence(Action<RedisStoreOptions> spoil, string sentence)
    {
        var start = () => Start(services => services.AddRedisChat("localhost").ConfigureRedis(spoil));

        start.Should().Throw<OptionsValidationException>().WithMessage(sentence);
    }

    [Fact]
    public void Options_of_a_keyed_chat_are_checked_too()
    {
        var start = () => Start(services => services.AddKeyedRedisChat("second").UseInMemory().Configure(options => options.MaxTextBytes = 0));

        start.Should().Throw<OptionsValidationException>().WithMessage("*MaxTextBytes*");
    }

    [Fact]
    public void A_host_that_validates_the_options_itself_does_not_disable_our_validation()
    {
        var start = () => Start(services =>
        {
            services.AddOptions<ChatOptions>().Validate(_ => true);
            services.AddRedisChat("localhost").Configure(options => options.MaxTextBytes = 0);
        });

        start.Should().Throw<OptionsValidationException>().WithMessage("*MaxTextBytes*");
    }

    [Fact]
    public async Task Options_are_bound_from_configuration()
    {
        var configuration = new ConfigurationBuilder().AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["Chat:MaxTextBytes"] = "3",
            ["Chat:OperationTimeout"] = "00:00:02",
            ["Chat:KeyPrefix"] = "bound",
        }).Build();
        using var host = Start(services =>
        {
            services.Configure<ChatOptions>(configuration.GetSection("Chat"));
            services.Configure<RedisStoreOptions>(configuration.GetSection("Chat"));
            services.AddRedisChat().UseInMemory();
        });

        host.Services.GetRequiredService<IOptions<RedisStoreOptions>>().Value.KeyPrefix.Should().Be("bound");
        var send = () => host.Services.GetRequiredService<Chat>().SendAsync("lobby", "alice", "long", TestContext.Current.CancellationToken);
        await send.Should().ThrowAsync<ChatInputException>().WithMessage("*at most 3*");
    }

    private static IHost Start(Action<IServiceCollection> configure)
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        configure(builder.Services);
        var host = builder.Build();
        host.Start();
        return host;
    }
}
