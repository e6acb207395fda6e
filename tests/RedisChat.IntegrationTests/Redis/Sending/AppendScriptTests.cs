using RedisChat.Redis;
using StackExchange.Redis;

namespace RedisChat.IntegrationTests.Redis;

/// <summary>Abilities of <c>message_append</c> that no feature uses yet (messages that go into several lists), and its handling of a trace.</summary>
public sealed class AppendScriptTests(TestServer server)
{
    private const string Trace = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

    private readonly string _room = $"test-{Guid.NewGuid():n}:{{lobby}}";
    private readonly IDatabase _redis = server.Connection.GetDatabase();

    [Fact]
    public async Task A_message_goes_into_each_of_its_lists()
    {
        await AppendAsync(("6", "one"));
        await AppendAsync(("6,8", "two"));
        await AppendAsync(("8", "three"));

        (await ListAsync("alice")).Should().Be("1,2,");
        (await ListAsync("bob")).Should().Be("");
        (await ListAsync("thread")).Should().Be("2,3,");
        (await _redis.HashLengthAsync($"{_room}:m:0")).Should().Be(3);
    }

    [Fact]
    public async Task Combined_messages_go_into_each_of_their_lists()
    {
        await AppendAsync(("6", "one"), ("7,8", "two"), ("6,7,8", "three"), ("7,8", "four"), ("8", "five"), ("6", "six"));

        (await ListAsync("alice")).Should().Be("1,3,6,");
        (await ListAsync("bob")).Should().Be("2,3,4,");
        (await ListAsync("thread")).Should().Be("2,3,4,5,");
    }

    [Fact]
    public async Task Messages_with_idempotency_keys_go_into_each_of_their_lists_and_repetitions_into_none()
    {
        await AppendKeyedAsync(("6,8", "one", "a"), ("7,8", "two", "b"));
        var reply = await AppendKeyedAsync(("6,8", "one", "a"), ("7,8", "three", "c"), ("7,8", "three", "c"));

        ((string)reply!).Should().MatchRegex(@"^\w+ 0 3 \d+ 1:1:\d+ 3:3:\d+$");
        (await ListAsync("alice")).Should().Be("1,");
        (await ListAsync("bob")).Should().Be("2,3,");
        (await ListAsync("thread")).Should().Be("1,2,3,");
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task An_error_at_the_last_list_undoes_the_others(bool keyed)
    {
        await AppendAsync(("6,7", "before"));
        await _redis.ListLeftPushAsync($"{_room}:thread", "another type");
        var before = await DumpAsync();

        var append = () => keyed ? AppendKeyedAsync(("6", "one", "a"), ("6,7,8", "two", "b")) : AppendAsync(("6", "one"), ("6,7,8", "two"));

        (await append.Should().ThrowAsync<RedisServerException>()).WithMessage("*WRONGTYPE*");
        (await DumpAsync()).Should().Equal(before);
        var single = () => AppendAsync(("6,8", "three"));
        (await single.Should().ThrowAsync<RedisServerException>()).WithMessage("*WRONGTYPE*");
        (await DumpAsync()).Should().Equal(before);
    }

    [Fact]
    public async Task A_trace_is_the_last_word_of_the_event_and_is_not_stored()
    {
        var heard = await server.Connection.GetSubscriber().SubscribeAsync(RedisChannel.Literal($"{_room}:live"));

        await RunAsync(keyed: false, [("6", "one", "")], Trace);
        await RunAsync(keyed: false, [("6", "two", ""), ("6", "three", "")], Trace);
        await RunAsync(keyed: true, [("6", "four", "k")], Trace);
        await RunAsync(keyed: false, [("6", "five", "")], trace: null);

        var heads = new List<string>();
        for (var i = 0; i < 4; i++)
        {
            heads.Add(((string)(await heard.ReadAsync(TestContext.Current.CancellationToken)).Message!).Split('\n')[0]);
        }

        await heard.UnsubscribeAsync();
        heads.Take(3).Should().OnlyContain(head => head.EndsWith($" ~{Trace}", StringComparison.Ordinal) && head.Split(' ').Length == 7);
        heads[3].Split(' ').Should().HaveCount(6);
        (await DumpAsync()).Should().NotContain(value => value.Contains("0af765", StringComparison.Ordinal));
        (await _redis.HashLengthAsync($"{_room}:m:0")).Should().Be(5);
    }

    private Task<RedisResult> AppendAsync(params (string Lists, string Text)[] messages) =>
        RunAsync(keyed: false, [.. messages.Select(message => (message.Lists, message.Text, ""))], trace: null);

    private Task<RedisResult> AppendKeyedAsync(params (string Lists, string Text, string Key)[] messages) => RunAsync(keyed: true, messages, trace: null);

    private async Task<RedisResult> RunAsync(bool keyed, (string Lists, string Text, string Key)[] messages, string? trace)
    {
        const int WindowSeconds = 600;
        var window = ((DateTimeOffset)await server.Connection.GetServers()[0].TimeAsync()).ToUnixTimeSeconds() / WindowSeconds;
        var epoch = await _redis.HashGetAsync(_room, "epoch");
        var last = await _redis.HashGetAsync(_room, "last");
        RedisKey[] keys =
        [
            _room, $"{_room}:m:0", $"{_room}:m:1", $"{_room}:sent:{window}", $"{_room}:live", $"{_room}:alice", $"{_room}:bob", $"{_room}:thread",
            .. keyed ? new RedisKey[] { $"{_room}:sent:{window - 1}" } : [],
        ];
        List<RedisValue> arguments =
        [
            0, window, WindowSeconds, "PUBLISH", epoch.IsNull ? "abc" : epoch, last.IsNull ? -1 : last, keyed ? "" : $"call {Guid.NewGuid():n}", 0,
        ];
        foreach (var (lists, text, key) in messages)
        {
            arguments.Add(lists);
            arguments.Add($$""","u":"alice","c":"{{text}}"}""");
            if (keyed)
            {
                arguments.Add($"alice\n{key}");
                arguments.Add("ab12");
            }
        }

        if (trace is not null)
        {
            arguments.Add(trace);
        }

        return await _redis.ScriptEvaluateAsync(AppendCall.Script.Text, keys, [.. arguments]);
    }

    private async Task<string> ListAsync(string name) => (string?)await _redis.StringGetAsync($"{_room}:{name}") ?? "";

    // Without the time to live, which a failed append may extend.
    private async Task<List<string>> DumpAsync()
    {
        var dump = new List<string>();
        await foreach (var key in server.Connection.GetServers()[0].KeysAsync(pattern: $"{_room.Replace("{", "\\{", StringComparison.Ordinal)}*"))
        {
            dump.Add($"{key} {await _redis.KeyTypeAsync(key) switch
            {
                RedisType.Hash => string.Join(' ', (await _redis.HashGetAllAsync(key)).Select(entry => $"{entry}").Order(StringComparer.Ordinal)),
                RedisType.String => (string?)await _redis.StringGetAsync(key),
                _ => "",
            }}");
        }

        dump.Sort(StringComparer.Ordinal);
        return dump;
    }
}
