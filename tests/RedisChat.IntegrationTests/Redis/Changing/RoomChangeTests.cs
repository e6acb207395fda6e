using System.Diagnostics;
using Microsoft.Extensions.Logging.Abstractions;
using RedisChat.Redis;
using StackExchange.Redis;

namespace RedisChat.IntegrationTests.Redis.Changing;

/// <summary>The steps that make up a change of a room, on Redis and on the embedded Garnet.</summary>
public sealed class RoomChangeOnRedisTests(TestServer server) : RoomChangeTests
{
    protected override string Configuration => server.Configuration!;

    protected override string AdminConfiguration => server.AdminConfiguration!;
}

#if NET10_0_OR_GREATER
public sealed class RoomChangeOnGarnetTests(SharedGarnet garnet) : RoomChangeTests
{
    // A loaded machine may let the embedded server wait for longer than the default of five seconds.
    protected override string Configuration => garnet.Configuration + ",asyncTimeout=60000";

    protected override string AdminConfiguration => garnet.Configuration;
}
#endif

public abstract class RoomChangeTests : IAsyncLifetime
{
    private const string Room = "lobby";
    private const string Full = "That is enough.";

    private readonly string _prefix = $"test-{Guid.NewGuid():n}";
    private ConnectionMultiplexer _connection = null!;
    private ConnectionMultiplexer _administrator = null!;
    private IDatabase _redis = null!;
    private KeyNames _keys = null!;
    private RoomPosition _position;

    /// <summary>Runs with a chat's rights, which are enough for the script.</summary>
    protected abstract string Configuration { get; }

    protected abstract string AdminConfiguration { get; }

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    private string RoomKey => _keys.Room(Room);

    private string Hash => RoomKey + ":r:0";

    public async ValueTask InitializeAsync()
    {
        _connection = await ConnectionMultiplexer.ConnectAsync(Configuration);
        _administrator = await ConnectionMultiplexer.ConnectAsync(AdminConfiguration);
        _redis = _administrator.GetDatabase();
        _keys = new KeyNames(new HashTagKeyScheme(_prefix), 0);
        var chat = new Chat(new RedisMessageStore(_connection, new RedisStoreOptions { KeyPrefix = _prefix }));
        await chat.SendAsync(Room, "alice", "hello", Cancelled);
        _position = (await chat.ReceiveAsync(Room, cancellationToken: Cancelled)).Position;
    }

    public async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        await _connection.DisposeAsync();
        await _administrator.DisposeAsync();
    }

    [Fact]
    public async Task A_change_writes_its_fields_a_revision_an_entry_of_the_log_and_an_event()
    {
        var heard = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
        await _connection.GetSubscriber().SubscribeAsync(RedisChannel.Literal(_keys.Live(Room)), (_, payload) => heard.TrySetResult(payload!));

        var reply = await RunAsync(Change()
            .Expect(Hash, "1:alice", RedisValue.Null)
            .Set(Hash, "1:alice", "👍 1")
            .Increment(Hash, "all", 2)
            .Tally(Hash, "1", 20, Full, ("👍", 1), ("❤", 2))
            .Line("alice")
            .Line("{\"t\":", "}")
            .Keep(Hash, "kept")
            .Mark('r')
            .Log("more:of it"));

        reply.IsChanged.Should().BeTrue();
        reply.Values.Should().Equal((RedisValue)"👍 1 ❤ 2");
        (await FieldsAsync(Hash)).Should().BeEquivalentTo(new Dictionary<string, string>
        {
            ["1:alice"] = "👍 1",
            ["all"] = "2",
            ["1"] = $"{reply.Revision} 👍 1 ❤ 2",
            ["kept"] = $$"""{"t":{{reply.Revision}}}""",
        });
        var room = await FieldsAsync(RoomKey);
        (room["rev"], room["uses"]).Should().Be(($"{reply.Revision}", "r"));
        (await _redis.SortedSetRangeByRankWithScoresAsync(_keys.Changed(Room))).Select(entry => $"{entry.Score:f0} {entry.Element}")
            .Should().Equal("0 0", $"{reply.Revision} {reply.Revision}:r:1:more:of it");
        (await heard.Task.WaitAsync(TimeSpan.FromSeconds(30), Cancelled)).Should().Be(
            $"r {_position.Epoch:x} 1 {_position.Stamp} {reply.Revision} 0 1\n👍 1 ❤ 2\nalice\n{{\"t\":{reply.Revision}}}");
    }

    [Fact]
    public async Task A_change_whose_condition_does_not_hold_writes_nothing_and_returns_all_present_values()
    {
        await _redis.HashSetAsync(Hash, [new("a", "1"), new("b", "2")]);
        var before = await DumpAsync();

        var reply = await RunAsync(Change()
            .Expect(Hash, "a", "1").Expect(Hash, "b", "3").Expect(Hash, "c", RedisValue.Null).Delete(Hash, "a").Set(Hash, "c", "x").Mark('r'));

        reply.IsChanged.Should().BeFalse();
        reply.Revision.Should().BePositive();
        reply.Values.Should().Equal("1", "2", RedisValue.Null);
        (await RunAsync(Change().Expect(Hash, "a", RedisValue.Null))).IsChanged.Should().BeFalse();
        (await RunAsync(Change().Expect(Hash, "c", ""))).IsChanged.Should().BeFalse("an empty field is not a missing one");
        (await DumpAsync()).Should().Equal(before);
    }

    [Fact]
    public async Task A_condition_can_require_a_field_or_a_digest_of_its_value()
    {
        await _redis.HashSetAsync(Hash, "a", "1");

        (await RunAsync(Change().ExpectAny(Hash, "a").ExpectSame(Hash, "a", "1"u8).Set(Hash, "b", "2"))).IsChanged.Should().BeTrue();
        var missing = await RunAsync(Change().ExpectAny(Hash, "x").Set(Hash, "b", "3"));
        var different = await RunAsync(Change().ExpectSame(Hash, "a", "2"u8).Set(Hash, "b", "3"));
        var none = await RunAsync(Change().ExpectSame(Hash, "x", ""u8).Set(Hash, "b", "3"));

        (missing.IsChanged, different.IsChanged, none.IsChanged).Should().Be((false, false, false));
        (missing.Values[0], different.Values[0], none.Values[0]).Should().Be((RedisValue.Null, "1", RedisValue.Null));
        ((string?)await _redis.HashGetAsync(Hash, "b")).Should().Be("2");
    }

    [Fact]
    public async Task A_tally_forgets_names_and_the_field_when_nothing_is_left()
    {
        await RunAsync(Change().Tally(Hash, "1", 20, Full, ("a", 2), ("b", 1)));

        (await RunAsync(Change().Tally(Hash, "1", 20, Full, ("b", -1), ("c", 1)))).Values.Should().Equal((RedisValue)"a 2 c 1");
        (await RunAsync(Change().Tally(Hash, "1", 20, Full, ("a", -2), ("c", -1)))).Values.Should().Equal((RedisValue)"");

        (await _redis.KeyExistsAsync(Hash)).Should().BeFalse();
    }

    [Fact]
    public async Task A_tally_limits_its_names_and_refuses_more_in_the_features_own_words()
    {
        var changer = new RoomChanger(NewContext());
        await RunAsync(Change().Tally(Hash, "1", 2, Full, ("a", 1), ("b", 1)));
        var before = await DumpAsync();

        var refused = () => changer.RunAsync(Room, [], _ => Change().Set(Hash, "x", "1").Tally(Hash, "1", 2, Full, ("c", 1)), Cancelled).AsTask();

        (await refused.Should().ThrowAsync<ChatLimitException>()).Which.Message.Should().Be(Full);
        (await DumpAsync()).Should().Equal(before);
        (await RunAsync(Change().Tally(Hash, "1", 2, Full, ("a", -1), ("c", 1)))).Values.Should().Equal((RedisValue)"b 1 c 1");
        (await RunAsync(Change().Tally(Hash, "1", 2, Full, ("b", 5)))).Values.Should().Equal((RedisValue)"b 6 c 1");
    }

    [Theory]
    [InlineData("not a tally")]
    [InlineData("17 a")]
    [InlineData("17 a 1 ")]
    [InlineData("17 a 1e3")]
    [InlineData("17 a 99999999999999999999")]
    [InlineData("a 1")]
    public async Task A_value_that_is_not_a_tally_is_refused_and_nothing_is_written(string value)
    {
        await _redis.HashSetAsync(Hash, "1", value);
        await RefusedAsync(Change().Delete(Hash, "1").Set(Hash, "x", "1").Tally(Hash, "1", 20, Full, ("b", 1)));
    }

    [Theory]
    [InlineData("many")]
    [InlineData("0x10")]
    [InlineData("-1")]
    public async Task A_value_that_is_not_a_counter_is_refused_and_nothing_is_written(string value)
    {
        await _redis.HashSetAsync(Hash, "all", value);
        await RefusedAsync(Change().Set(Hash, "x", "1").Increment(Hash, "all", 1));
        await RefusedAsync(Change().Increment(Hash, "new", -1));
    }

    [Fact]
    public async Task Clearing_deletes_a_features_data_of_a_subject_if_the_room_uses_the_feature()
    {
        await _redis.HashSetAsync(Hash, [new("1", "7 a 1"), new("1:alice", "a 1"), new("1:b*b", "a 1"), new("12", "7 a 1"), new("12:alice", "a 1"), new("11:1:x", "a 1")]);
        var all = await FieldsAsync(Hash);

        await RunAsync(Change().Clear('r', Hash, "1"));
        (await FieldsAsync(Hash)).Should().Equal(all, "no feature of that letter is in use");

        await RunAsync(Change().Mark('r'));
        await RunAsync(Change().Clear('p', Hash, "1"));
        (await FieldsAsync(Hash)).Should().Equal(all);
        await RunAsync(Change().Clear('r', Hash, "1"));
        (await FieldsAsync(Hash)).Keys.Should().BeEquivalentTo("12", "12:alice", "11:1:x");
    }

    [Fact]
    public async Task Clearing_deletes_thousands_of_fields()
    {
        await _redis.HashSetAsync(Hash, [.. Enumerable.Range(0, 3000).Select(n => new HashEntry($"{n % 2}:{n}", "a 1"))]);
        await RunAsync(Change().Mark('r').Mark('p').Mark('r'));

        await RunAsync(Change().Clear('r', Hash, "1"));

        (await _redis.HashLengthAsync(Hash)).Should().Be(1500);
        (await FieldsAsync(RoomKey))["uses"].Should().Be("rp");
    }

    [Fact]
    public async Task A_change_that_fails_late_is_rolled_back()
    {
        await _redis.HashSetAsync(Hash, [new("1", "7 a 1"), new("1:alice", "a 1"), new("old", "here"), new("count", "5")]);
        await _redis.HashSetAsync(RoomKey, "uses", "r");
        await _redis.StringSetAsync(_keys.Changed(Room), "a string");

        await RefusedAsync(Change()
            .Expect(Hash, "old", "here").Delete(Hash, "old").Set(Hash, "old", "other").Set(Hash, "new", "x").Increment(Hash, "count", 1)
            .Clear('r', Hash, "1").Tally(Hash, "2", 20, Full, ("a", 1)).Mark('p'));
    }

    [Fact]
    public async Task Several_fields_are_deleted_together_and_restored_if_the_change_fails_late()
    {
        await _redis.HashSetAsync(Hash, [.. Enumerable.Range(1, 700).SelectMany(n => new HashEntry[] { new($"{n}", "x"), new($"{n}:alice", "y") })]);
        await _redis.HashSetAsync(RoomKey, "uses", "r");
        await RunAsync(Change().Set(Hash, "other", "z"));
        RedisValue[] fields = [.. Enumerable.Range(1, 600).Select(n => (RedisValue)n)];
        var before = await DumpAsync();

        await Assert.ThrowsAsync<RedisServerException>(() => RunAsync(Change().Remove(Hash, fields[..500]).Sweep('r', Hash, fields).Set(Hash, "new", "x"), publish: "NOSUCHCOMMAND"));
        (await DumpAsync()).Should().BeEquivalentTo(before);

        await RunAsync(Change().Sweep('q', Hash, fields));
        (await _redis.HashLengthAsync(Hash)).Should().Be(1401);
        await RunAsync(Change().Remove(Hash, ["699", "missing"]).Sweep('r', Hash, fields));
        (await _redis.HashLengthAsync(Hash)).Should().Be(200);
        (await _redis.HashExistsAsync(Hash, "601:alice")).Should().BeTrue();
    }

    [Fact]
    public async Task A_condition_can_require_messages_to_be_those_that_were_read()
    {
        var bucket = _keys.Bucket(Room, 0);
        (await RunAsync(Change().Stamped(bucket, [(1, _position.Stamp)]).Set(Hash, "a", "x"))).IsChanged.Should().BeTrue();
        (await RunAsync(Change().Stamped(bucket, [(1, _position.Stamp + 1)]).Set(Hash, "b", "x"))).IsChanged.Should().BeFalse();
        (await RunAsync(Change().Stamped(bucket, [(1, _position.Stamp), (2, _position.Stamp)]).Set(Hash, "b", "x"))).IsChanged.Should().BeFalse();
        (await _redis.HashExistsAsync(Hash, "b")).Should().BeFalse();
    }

    [Fact]
    public async Task A_hash_can_be_limited_to_a_number_of_fields()
    {
        await RunAsync(Change().Fewer(Hash, 2, Full).Set(Hash, "a", "x"));
        await RunAsync(Change().Fewer(Hash, 2, Full).Set(Hash, "b", "x"));
        var before = await DumpAsync();

        (await Assert.ThrowsAsync<RedisServerException>(() => RunAsync(Change().Fewer(Hash, 2, Full).Set(Hash, "c", "x")))).Message.Should().Contain("CHATLIMIT");

        (await DumpAsync()).Should().Equal(before);
    }

    [Fact]
    public async Task A_change_of_several_subjects_has_consecutive_revisions_entries_and_events()
    {
        var heard = System.Threading.Channels.Channel.CreateUnbounded<string>();
        (await _connection.GetSubscriber().SubscribeAsync(RedisChannel.Literal(_keys.Live(Room)))).OnMessage(message => heard.Writer.TryWrite(message.Message!));

        var reply = await RunAsync(Change().Line("first ", "").Keep(Hash, "a").Event('m', "bob").Line("second ", "").Keep(Hash, "b"));

        var first = reply.Revision - 1;
        (await FieldsAsync(RoomKey))["rev"].Should().Be($"{reply.Revision}");
        (await FieldsAsync(Hash)).Should().BeEquivalentTo(new Dictionary<string, string> { ["a"] = $"first {first}", ["b"] = $"second {reply.Revision}" });
        (await _redis.SortedSetRangeByRankAsync(_keys.Changed(Room))).Should().Equal("0", $"{first}:r:1", $"{reply.Revision}:m:bob");
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(Cancelled);
        patience.CancelAfter(TimeSpan.FromSeconds(30));
        (await heard.Reader.ReadAsync(patience.Token)).Should().Be($"r {_position.Epoch:x} 1 {_position.Stamp} {first} 0 1\nfirst {first}");
        (await heard.Reader.ReadAsync(patience.Token)).Should().Be($"m {_position.Epoch:x} 1 {_position.Stamp} {reply.Revision} {first} bob\nsecond {reply.Revision}");
    }

    [Fact]
    public async Task A_change_of_several_subjects_that_fails_late_is_rolled_back()
    {
        await RunAsync(Change().Set(Hash, "a", "before"));
        var before = await DumpAsync();

        await Assert.ThrowsAsync<RedisServerException>(() => RunAsync(Change().Set(Hash, "a", "x").Event('m', "bob").Set(Hash, "b", "y"), publish: "NOSUCHCOMMAND"));

        (await DumpAsync()).Should().Equal(before);
    }

    [Fact]
    public async Task A_hash_of_another_type_is_refused_and_nothing_is_written()
    {
        await _redis.StringSetAsync(Hash, "a string");
        await RefusedAsync(Change().Set(_keys.Bucket(Room, 0), "1", "x").Set(Hash, "1", "x"));
        await RefusedAsync(Change().Expect(Hash, "1", RedisValue.Null));
    }

    [Fact]
    public async Task Concurrent_compare_and_set_changes_are_each_made_once()
    {
        var changer = new RoomChanger(NewContext());

        await Task.WhenAll(Enumerable.Range(0, 60).Select(_ => Task.Run(async () => await changer.RunAsync(
            Room,
            [RedisValue.Null],
            state => Change().Expect(Hash, "n", state.Values[0]).Set(Hash, "n", (state.Values[0].IsNull ? 0 : (long)state.Values[0]) + 1),
            Cancelled))));

        ((long)await _redis.HashGetAsync(Hash, "n")).Should().Be(60);
    }

    [Fact]
    public async Task A_change_that_can_never_succeed_ends_with_a_clear_error_and_nothing_is_written()
    {
        var changer = new RoomChanger(NewContext());
        await _redis.HashSetAsync(Hash, "n", "1");
        var before = await DumpAsync();
        var attempts = 0;

        var hopeless = () => changer.RunAsync(
            Room,
            [],
            _ =>
            {
                attempts++;
                return Change().Expect(Hash, "n", "2").Set(Hash, "n", "3");
            },
            Cancelled).AsTask();

        (await hopeless.Should().ThrowAsync<ChatUnavailableException>()).Which.MayHaveHappened.Should().BeFalse();
        attempts.Should().Be(200);
        (await DumpAsync()).Should().Equal(before);
    }

    [Fact]
    public async Task A_change_within_a_recorded_trace_carries_it_in_its_event_and_others_carry_nothing()
    {
        var heard = await _connection.GetSubscriber().SubscribeAsync(RedisChannel.Literal(_keys.Live(Room)));

        await RunAsync(Change());
        using var activity = new Activity("test").SetIdFormat(ActivityIdFormat.W3C);
        activity.Start();
        await RunAsync(Change());
        activity.ActivityTraceFlags = ActivityTraceFlags.Recorded;
        await RunAsync(Change().Line("line"));

        (await HeardAsync()).Should().MatchRegex("^r [0-9a-f]+ 1 [0-9]+ [0-9]+ 0 1$");
        (await HeardAsync()).Should().MatchRegex("^r [0-9a-f]+ 1 [0-9]+ [0-9]+ [0-9]+ 1$");
        (await HeardAsync()).Should().EndWith($" 1 ~{activity.Id}\nline").And.Contain(activity.TraceId.ToHexString()).And.Contain("-01\n");

        async Task<string> HeardAsync() => (await heard.ReadAsync(Cancelled)).Message!;
    }

    private RoomChange Change() => new(_keys, Room, 'r', 1, RoomPermit.Application);

    private RedisStoreContext NewContext() => new(
        RedisConnection.Shared(_connection), _keys, new KnownRooms(10, NullLogger.Instance), new RedisStoreOptions(), TimeProvider.System, NullLogger.Instance);

    private async Task<RoomChangeReply> RunAsync(RoomChange change, string publish = "PUBLISH")
    {
        using var answer = await change.RunAsync(_connection.GetDatabase(), publish, 100, hasRules: false);
        return RoomChangeReply.Read(answer);
    }

    private async Task RefusedAsync(RoomChange change)
    {
        var before = await DumpAsync();
        var error = await Assert.ThrowsAsync<RedisServerException>(() => RunAsync(change));
        RedisErrors.Translate(error).Should().BeOfType<ChatDataException>();
        (await DumpAsync()).Should().Equal(before);
    }

    private async Task<Dictionary<string, string>> FieldsAsync(string key) => (await _redis.HashGetAllAsync(key)).ToStringDictionary();

    private async Task<List<string>> DumpAsync()
    {
        var dump = new List<string>();
        foreach (var key in new[] { RoomKey, Hash, _keys.Bucket(Room, 0), _keys.Changed(Room) })
        {
            dump.AddRange(await _redis.KeyTypeAsync(key) switch
            {
                RedisType.Hash => (await _redis.HashGetAllAsync(key)).Select(entry => $"{key} {entry}").Order(),
                RedisType.SortedSet => (await _redis.SortedSetRangeByRankAsync(key)).Select(entry => $"{key} {entry}"),
                RedisType.String => [$"{key} {await _redis.StringGetAsync(key)}"],
                _ => [],
            });
        }

        return dump;
    }
}
