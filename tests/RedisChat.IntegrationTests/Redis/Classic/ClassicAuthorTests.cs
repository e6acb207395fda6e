using RedisChat.Redis;
using StackExchange.Redis;
using StackExchange.Redis.Profiling;

namespace RedisChat.IntegrationTests.Classic;

/// <summary>
/// A message of the classic layout does not name its author: only the hash of the author's messages has its id. Finding authors must not take a
/// command for every user who ever sent a message.
/// </summary>
public sealed class ClassicAuthorTests(TestServer server) : IAsyncLifetime
{
    private readonly string _prefix = $"test-{Guid.NewGuid():n}";
    private readonly StoreLog _log = new();
    private ConnectionMultiplexer _connection = null!;
    private Action? _onCommand;
    private ProfilingSession? _session;
    private OtherProgram _other = null!;
    private Chat _chat = null!;

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _other = new OtherProgram(server.Connection.GetDatabase(), _prefix);
        _connection = await ConnectionMultiplexer.ConnectAsync(server.ClassicConfiguration!);
        _connection.RegisterProfiler(() =>
        {
            _onCommand?.Invoke();
            return _session;
        });
        _chat = new Chat(new ClassicMessageStore(RedisConnection.Shared(_connection), _prefix, allowEviction: false, TimeProvider.System, _log));
    }

    public ValueTask DisposeAsync() => _connection.DisposeAsync();

    [Fact]
    public async Task The_newest_page_asks_no_more_users_than_it_has_ids_however_many_users_there_are()
    {
        await _other.FillAsync("lobby", Users(10_000));

        var (page, commands) = await CountAsync(() => _chat.ReceiveAsync("lobby", cancellationToken: Cancelled));

        page.Messages.Select(message => message.User).Should().Equal(Users(10_000)[^50..]);
        page.Messages.Should().OnlyContain(message => message.Text == $"by {message.User}");

        // The counter and the list of users; then 51 messages, one more than the page, and their 51 authors.
        commands.Should().BeEquivalentTo(["GET", "HGETALL", .. Enumerable.Repeat("HMGET", 102)]);
        _log.Warnings.Should().BeEmpty();
    }

    [Fact]
    public async Task A_small_room_asks_each_user_once()
    {
        for (var i = 0; i < 30; i++)
        {
            await _other.SendAsync("lobby", $"user{i % 3}", $"{i}");
        }

        var (page, commands) = await CountAsync(() => _chat.ReceiveAsync("lobby", cancellationToken: Cancelled));

        page.Messages.Select(message => message.User).Should().Equal(Enumerable.Range(0, 30).Select(i => $"user{i % 3}"));
        commands.Count(command => command == "HMGET").Should().Be(33);
    }

    [Fact]
    public async Task One_users_page_asks_nobody_for_authors()
    {
        await _other.FillAsync("lobby", [.. Users(500), .. Users(500)]);

        var (page, commands) = await CountAsync(() => _chat.ReceiveAsync("lobby", new MessageQuery { User = "user7" }, Cancelled));

        page.Messages.Select(message => message.Id).Should().Equal(8, 508);
        page.Messages.Should().OnlyContain(message => message.User == "user7");
        commands.Should().BeEquivalentTo(["GET", "HKEYS", "HMGET", "HMGET"]);
    }

    [Fact]
    public async Task Old_messages_have_their_authors_even_if_those_have_sent_again()
    {
        string[] users = [.. Users(700), .. Users(700).AsEnumerable().Reverse(), .. Users(700)];
        await _other.FillAsync("lobby", users);

        foreach (var after in (long[])[0, 650, 1350])
        {
            var page = await _chat.ReceiveAsync("lobby", new MessageQuery { After = after, Limit = 100 }, Cancelled);
            page.Messages.Select(message => message.User).Should().Equal(users.Skip((int)after).Take(100));
        }

        (await _chat.GetAsync("lobby", 3, Cancelled))!.User.Should().Be("user2");
    }

    // Two programs that send for one user at the same time may write the lower id last.
    [Theory]
    [InlineData("1")]
    [InlineData("0")]
    [InlineData("yesterday")]
    [InlineData("")]
    public async Task An_author_whose_last_id_is_too_low_or_not_a_number_is_still_found(string last)
    {
        await _other.FillAsync("lobby", Users(300));
        await _other.ExecuteAsync("HSET", ":lobby", "user298", last);

        (await _chat.ReceiveAsync("lobby", cancellationToken: Cancelled)).Messages.Select(message => message.User).Should().Equal(Users(300)[^50..]);
        (await _chat.GetAsync("lobby", 299, Cancelled))!.User.Should().Be("user298");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_message_deleted_between_its_read_and_the_search_for_its_author_is_gone(bool reads)
    {
        await _other.SendAsync("lobby", "alice", "hello");
        await _other.SendAsync("lobby", "bob", "hi");
        await _chat.GetAsync("warm up", 1, Cancelled);
        var askedUsers = 0;
        _onCommand = () =>
        {
            // The counter (of a page), the list of users, the messages; then the users' hashes.
            if (++askedUsers == (reads ? 5 : 3))
            {
                server.Connection.GetDatabase().KeyDelete([$"{_prefix}:lobby:1", $"{_prefix}:lobby:alice"]);
            }
        };

        if (reads)
        {
            (await _chat.ReceiveAsync("lobby", cancellationToken: Cancelled)).Messages.Select(message => message.Id).Should().Equal(2);
        }
        else
        {
            (await _chat.DeleteAsync("lobby", 1, "alice", cancellationToken: Cancelled)).Should().BeFalse();
        }
    }

    [Fact]
    public async Task A_read_that_asks_very_many_users_is_logged_once()
    {
        await _other.FillAsync("lobby", [.. Users(1100), .. Users(1100)]);

        // Its author is the last candidate: all others have sent since.
        for (var i = 0; i < 3; i++)
        {
            (await _chat.GetAsync("lobby", 1100, Cancelled))!.User.Should().Be("user1099");
        }

        _log.Warnings.Should().ContainSingle().Which.Should().Contain("1100 users").And.Contain($"{_prefix}:lobby").And.NotContain("user1099");
    }

    private static string[] Users(int count) => [.. Enumerable.Range(0, count).Select(n => $"user{n}")];

    private async Task<(T Result, List<string> Commands)> CountAsync<T>(Func<Task<T>> operation)
    {
        // The first command on a connection also asks for the server's role and version.
        await _chat.GetAsync("warm up", 1, Cancelled);
        _session = new ProfilingSession();
        var result = await operation();
        var commands = _session.FinishProfiling().Select(command => command.Command).ToList();
        _session = null;
        return (result, commands);
    }
}
