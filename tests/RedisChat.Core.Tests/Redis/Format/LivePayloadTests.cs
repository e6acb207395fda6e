using System.Diagnostics;
using System.Text;
using RedisChat.Redis;

namespace RedisChat.Tests.Redis.Format;

/// <summary>The payloads on a room's channel: docs/keys.md, "Live events".</summary>
public sealed class LivePayloadTests
{
    private const string Value = """{"t":50,"u":"alice","c":"hello"}""";

    private static readonly LivePayload Payload = new(new Pinned());

    [Fact]
    public void A_creation_has_the_position_after_it_and_the_time_before_it()
    {
        var happened = ReadOne($"c ab 7 50 900 40\n{Value}", out var continuesAt);

        happened.Should().BeOfType<RoomEvent.Created>().Which.Message.Should().Match<Message>(message => message.Id == 7 && message.Text == "hello");
        happened.Position.Should().Be(new RoomPosition(0xab, 7, 50, 900));
        continuesAt(new RoomPosition(0xab, 6, 40, 900)).Should().Be(Continuity.Next);
        continuesAt(new RoomPosition(0xab, 6, 41, 900)).Should().Be(Continuity.Hole);
        continuesAt(new RoomPosition(0xab, 6, 40, 901)).Should().Be(Continuity.Hole);
    }

    [Fact]
    public void Combined_creations_end_with_the_id_in_the_header()
    {
        var events = Read($"c ab 7 50 900 40\n{Value}\n{Value}\n{Value}");

        events.Select(live => ((RoomEvent.Created)live.Happened).Message.Id).Should().Equal(5, 6, 7);
        events.Select(live => live.Happened.Position.MessageId).Should().Equal(5, 6, 7);
        var seen = new RoomPosition(0xab, 4, 40, 900);
        foreach (var live in events)
        {
            live.After(seen).Should().Be(Continuity.Next);
            seen = live.Happened.Position;
        }
    }

    [Fact]
    public void A_change_has_the_revision_before_it()
    {
        var happened = ReadOne($"e ab 7 50 900 800 3\n{Value}", out var continuesAt);

        happened.Should().BeOfType<RoomEvent.Edited>().Which.Message.Id.Should().Be(3);
        continuesAt(new RoomPosition(0xab, 7, 50, 800)).Should().Be(Continuity.Next);
        continuesAt(new RoomPosition(0xab, 7, 50, 900)).Should().Be(Continuity.Seen);
        continuesAt(new RoomPosition(0xab, 6, 40, 800)).Should().Be(Continuity.Hole);
    }

    [Fact]
    public void A_deletion_may_say_who_deleted_and_why()
    {
        ReadOne("d ab 7 50 900 800 3", out _).Should().BeOfType<RoomEvent.Deleted>().Which.Should().Match<RoomEvent.Deleted>(
            deleted => deleted.MessageId == 3 && deleted.User == null && deleted.Reason == null);
        ReadOne("""
            d ab 7 50 900 800 3
            {"u":"mod","r":"spam"}
            """.ReplaceLineEndings("\n"), out _).Should().BeOfType<RoomEvent.Deleted>().Which.Should().Match<RoomEvent.Deleted>(
            deleted => deleted.MessageId == 3 && deleted.User == "mod" && deleted.Reason == "spam");
    }

    [Fact]
    public void A_features_kind_is_read_by_the_feature() =>
        ReadOne("p ab 7 50 900 800 3\nanything", out _).Should().BeOfType<RoomEvent.Gap>();

    [Theory]
    [InlineData("q ab 7 50 900 800")]
    [InlineData("q ab 7 50 900 800 3 more words")]
    [InlineData("q ab 7 50 900 800 3\na line\nanother one")]
    [InlineData("q ab 7 50 900 800 not-a-number ~00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01\n")]
    public void A_durable_kind_of_a_later_version_is_its_position_and_nothing_else(string payload)
    {
        var happened = ReadOne(payload, out var continuesAt);

        happened.Should().Be(new RoomEvent.Unknown(new RoomPosition(0xab, 7, 50, 900)));
        continuesAt(new RoomPosition(0xab, 7, 50, 800)).Should().Be(Continuity.Next);
    }

    [Theory]
    [InlineData("T alice")]
    [InlineData("T ")]
    [InlineData("Z \0\n\n")]
    public void A_passing_kind_of_a_later_version_is_dropped(string payload)
    {
        Payload.TryRead(Encoding.UTF8.GetBytes(payload), out var events).Should().BeTrue();
        events.Should().Be(default(LiveEvents));
    }

    [Theory]
    [InlineData("e ab 7 50 900 800 3 a later version's word\n" + Value)]
    [InlineData("e ab 7 50 900 800 3\n" + Value + "\na later version's line")]
    public void Words_and_lines_after_the_known_ones_are_ignored(string payload) =>
        ReadOne(payload, out _).Should().BeOfType<RoomEvent.Edited>().Which.Message.Text.Should().Be("hello");

    [Theory]
    [InlineData("")]
    [InlineData("c")]
    [InlineData("c ")]
    [InlineData("T")]
    [InlineData("cc ab 7 50 900 40\n" + Value)]
    [InlineData("1 ab 7 50 900 40\n" + Value)]
    [InlineData("c ab 7 50 900\n" + Value)]
    [InlineData("c  ab 7 50 900 40\n" + Value)]
    [InlineData("c 0 7 50 900 40\n" + Value)]
    [InlineData("c xy 7 50 900 40\n" + Value)]
    [InlineData("c ab -7 50 900 40\n" + Value)]
    [InlineData("c ab 9000000000000001 50 900 40\n" + Value)]
    [InlineData("c ab 1 50 900 40\n" + Value + "\n" + Value)]
    [InlineData("c ab 7 50 900 40")]
    [InlineData("c ab 7 50 900 40\n")]
    [InlineData("c ab 7 50 900 40\n" + Value + "\n")]
    [InlineData("c ab 7 50 900 40\nnot json")]
    [InlineData("e ab 7 50 900 800\n" + Value)]
    [InlineData("e ab 7 50 900 800 0\n" + Value)]
    [InlineData("e ab 7 50 900 800 3")]
    [InlineData("e ab 7 50 900 800 ~trace\n" + Value)]
    [InlineData("d ab 7 50 900 800")]
    [InlineData("q ab 7 50 900")]
    public void Anything_else_is_not_read(string payload) => Payload.TryRead(Encoding.UTF8.GetBytes(payload), out _).Should().BeFalse();

    [Fact]
    public void The_trace_of_the_cause_is_the_last_word_and_kept_only_while_someone_listens()
    {
        const string Trace = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
        using var listener = new ActivityListener { ShouldListenTo = source => source.Name == ChatDiagnostics.ActivitySourceName };
        ActivitySource.AddActivityListener(listener);

        Read($"c ab 7 50 900 40 ~{Trace}\n{Value}\n{Value}").Select(live => live.Trace).Should().Equal(Trace, Trace);
        Read($"e ab 7 50 900 800 3 ~{Trace}\n{Value}").Select(live => live.Trace).Should().Equal(Trace);
        Read($"e ab 7 50 900 800 3 more ~{Trace}\n{Value}").Select(live => live.Trace).Should().Equal(Trace);
        Read($"e ab 7 50 900 800 3\n{Value}").Select(live => live.Trace).Should().Equal([null]);
        Read($"e ab 7 50 900 800 3 ~{new string('x', 1000)}\n{Value}").Select(live => live.Trace).Should().Equal([null]);
    }

    private static RoomEvent ReadOne(string payload, out Func<RoomPosition, Continuity> after)
    {
        var live = Read(payload).Should().ContainSingle().Subject;
        after = live.After;
        return live.Happened;
    }

    private static List<LiveEvent> Read(string payload)
    {
        Payload.TryRead(Encoding.UTF8.GetBytes(payload), out var events).Should().BeTrue();
        var all = new List<LiveEvent>();
        for (LiveEvent? live = events.First; live is not null; live = live.Next)
        {
            all.Add(live);
        }

        return all;
    }

    /// <summary>A feature's kind; its content does not matter here.</summary>
    private sealed class Pinned : ILiveKind
    {
        public char Letter => 'p';

        public RoomEvent? TryRead(in LiveHeader header, ReadOnlySpan<byte> body) => new RoomEvent.Gap(header.Position);
    }
}
