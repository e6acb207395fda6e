using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using RedisChat.Tests.Storage;
using StackExchange.Redis;

namespace RedisChat.Tests.DependencyInjection;

public sealed class AddRedisChatTests
{
    private readonly ServiceCollection _services = new();

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Filters_run_in_the_order_of_their_registration_each_chat_with_its_own()
    {
        _services.AddSingleton("!");
        _services.AddRedisChat().UseInMemory().AddMessageFilter<Suffix>().AddMessageFilter<Shout>();
        _services.AddKeyedRedisChat("support").UseInMemory().AddMessageFilter<Shout>();
        _services.AddKeyedRedisChat("plain").UseInMemory();

        await using var provider = _services.BuildServiceProvider();

        (await SentAsync(provider.GetRequiredService<Chat>())).Should().Be("HELLO SUFFIX!");
        (await SentAsync(provider.GetRequiredKeyedService<Chat>("support"))).Should().Be("HELLO");
        (await SentAsync(provider.GetRequiredKeyedService<Chat>("plain"))).Should().Be("hello");

        static async Task<string> SentAsync(Chat chat)
        {
            var id = (await chat.SendAsync("lobby", "alice", "hello", Cancelled)).Id;
            return (await chat.GetAsync("lobby", id, Cancelled))!.Text;
        }
    }

    [Fact]
    public void By_default_messages_are_kept_in_Redis()
    {
        _services.AddRedisChat("localhost:1");

        using var provider = _services.BuildServiceProvider();

        provider.GetRequiredService<Chat>().Should().BeSameAs(provider.GetRequiredService<Chat>());
        provider.GetRequiredService<IMessageStore>().Should().BeOfType<RedisMessageStore>();
        provider.GetRequiredService<IRoomKeyScheme>().Should().BeOfType<HashTagKeyScheme>();
    }

    [Fact]
    public void One_call_chooses_the_layout()
    {
        _services.AddRedisChat("localhost:1").UseClassicLayout();

        using var provider = _services.BuildServiceProvider();

        provider.GetRequiredService<IMessageStore>().Should().BeOfType<ClassicMessageStore>();
    }

    [Fact]
    public async Task Several_chats_live_side_by_side()
    {
        _services.AddRedisChat().UseInMemory();
        _services.AddKeyedRedisChat("support").UseInMemory().Configure(options => options.MaxTextBytes = 3);

        using var provider = _services.BuildServiceProvider();
        var chat = provider.GetRequiredService<Chat>();
        var support = provider.GetRequiredKeyedService<Chat>("support");

        await chat.SendAsync("lobby", "alice", "hello", Cancelled);
        (await support.ReceiveAsync("lobby", cancellationToken: Cancelled)).Messages.Should().BeEmpty();
        await Assert.ThrowsAsync<ChatInputException>(() => support.SendAsync("lobby", "alice", "hello", Cancelled));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Each_chat_has_its_own_options_whichever_is_added_first(bool unkeyedFirst)
    {
        void AddUnkeyed() => _services.AddRedisChat("localhost:1").ConfigureRedis(options => options.KeyPrefix = "shop");
        void AddKeyed() => _services.AddKeyedRedisChat("support").UseRedis("localhost:1");
        (unkeyedFirst ? (Action)AddUnkeyed : AddKeyed)();
        (unkeyedFirst ? (Action)AddKeyed : AddUnkeyed)();

        using var provider = _services.BuildServiceProvider();

        provider.GetRequiredService<IRoomKeyScheme>().Room("x").Should().Be("shop:{x}");
        provider.GetRequiredKeyedService<IRoomKeyScheme>("support").Room("x").Should().Be("chatroom:{x}");
    }

    [Fact]
    public void The_hosts_own_store_and_scheme_are_created_from_its_services()
    {
        _services.AddSingleton(new Dependency());
        _services.AddRedisChat("localhost:1").UseKeyScheme<OwnScheme>();
        _services.AddKeyedRedisChat("own").UseStore<OwnStore>();

        using var provider = _services.BuildServiceProvider();

        provider.GetRequiredService<IRoomKeyScheme>().Should().BeOfType<OwnScheme>();
        provider.GetRequiredService<IMessageStore>().Should().BeOfType<RedisMessageStore>();
        provider.GetRequiredKeyedService<IMessageStore>("own").Should().BeOfType<OwnStore>();
    }

    [Fact]
    public async Task The_hosts_clock_is_used()
    {
        var time = new FakeTimeProvider(new DateTimeOffset(2026, 5, 4, 3, 2, 1, TimeSpan.Zero));
        _services.AddSingleton<TimeProvider>(time);
        _services.AddRedisChat().UseInMemory();

        using var provider = _services.BuildServiceProvider();

        (await provider.GetRequiredService<Chat>().SendAsync("lobby", "alice", "hello", Cancelled)).Timestamp.Should().Be(time.GetUtcNow());
    }

    [Theory]
    [InlineData("localhost,nonsense=hunter2")]
    [InlineData("localhost,ssl=hunter2")]
    [InlineData("password=hunter2")]
    public void A_bad_configuration_string_is_refused_without_repeating_it(string configuration) =>
        _services.Invoking(services => services.AddRedisChat(configuration)).Should().Throw<ArgumentException>()
            .Where(error => !error.ToString().Contains("hunter2", StringComparison.Ordinal));

    [Fact]
    public void Null_is_refused()
    {
        Assert.Throws<ArgumentNullException>(() => _services.AddRedisChat((string)null!));
        Assert.Throws<ArgumentNullException>(() => _services.AddRedisChat((ConfigurationOptions)null!));
        Assert.Throws<ArgumentNullException>(() => _services.AddRedisChat((IConnectionMultiplexer)null!));
        Assert.Throws<ArgumentNullException>(() => _services.AddKeyedRedisChat(null!));
    }

    private sealed class Dependency;

    private sealed class OwnScheme(Dependency dependency) : IRoomKeyScheme
    {
        private readonly HashTagKeyScheme _inner = dependency is null ? throw new ArgumentNullException(nameof(dependency)) : new("own");

        public string Room(string room) => _inner.Room(room);

        public string User(string user) => _inner.User(user);

        public string Directory(int shard) => _inner.Directory(shard);
    }

    private sealed class OwnStore(Dependency dependency) : IMessageStore
    {
        private readonly UnusableStore _inner = dependency is null ? throw new ArgumentNullException(nameof(dependency)) : new();

        public bool RecognizesRepeatedAppends => true;

        public ValueTask<IReadOnlyList<MessageReceipt>> AppendAsync(string room, IReadOnlyList<NewMessage> messages, CancellationToken cancellationToken = default) =>
            _inner.AppendAsync(room, messages, cancellationToken);

        public ValueTask<Message?> GetAsync(string room, long id, CancellationToken cancellationToken = default) => _inner.GetAsync(room, id, cancellationToken);

        public ValueTask<MessagePage> ReadAsync(string room, MessageQuery query, CancellationToken cancellationToken = default) =>
            _inner.ReadAsync(room, query, cancellationToken);

        public ValueTask<MessageChange> ChangeAsync(string room, long id, Func<Message, MessageDecision> decide, CancellationToken cancellationToken = default) =>
            _inner.ChangeAsync(room, id, decide, cancellationToken);

        public ValueTask<RoomChanges> ReadChangesAsync(string room, RoomPosition after, int limit, CancellationToken cancellationToken = default) =>
            _inner.ReadChangesAsync(room, after, limit, cancellationToken);

        public IAsyncEnumerable<RoomEvent> WatchAsync(string room, WatchOptions options, CancellationToken cancellationToken = default) =>
            _inner.WatchAsync(room, options, cancellationToken);
    }

    private sealed class Suffix(string end) : IMessageFilter
    {
        public ValueTask<FilterDecision> FilterAsync(FilteredMessage message, CancellationToken cancellationToken = default) =>
            new(FilterDecision.Replace($"{message.Text} suffix{end}"));
    }

    private sealed class Shout : IMessageFilter
    {
        public ValueTask<FilterDecision> FilterAsync(FilteredMessage message, CancellationToken cancellationToken = default) =>
            new(FilterDecision.Replace(message.Text.ToUpperInvariant()));
    }
}
