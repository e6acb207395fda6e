using System.Text;
using Microsoft.Extensions.Time.Testing;
using RedisChat.Redis;

namespace RedisChat.Tests.Redis.Presence;

/// <summary>The reports of presence on a room's channel, in whatever order they arrive.</summary>
public sealed class PresenceEventsTests
{
    private const long Second = 1_000_000;

    private static readonly RoomPosition At = new(7, 3, 30, 300);

    private readonly FakeTimeProvider _time = new();
    private readonly LivePayload _payload;
    private readonly object _subscription = new();

    public PresenceEventsTests() => _payload = new LivePayload { PassingKinds = [new PresenceEvents(_time)] };

    [Fact]
    public void Each_user_in_a_report_is_an_event_at_the_rooms_position()
    {
        Read("E 100 0 2\nalice\nböb").Should().Equal(new RoomEvent.Entered("alice", 2, At), new RoomEvent.Entered("böb", 2, At));
        Read("L 110 100 1\nalice\n").Should().Equal(new RoomEvent.Left("alice", 1, At));
        Read("H 120 110 250").Should().Equal(new RoomEvent.PresenceChanged(250, At));
        Read("T 6000\nalice").Should().Equal(new RoomEvent.Typing("alice", TimeSpan.FromSeconds(6), _time.GetUtcNow().AddSeconds(6), At));
    }

    [Fact]
    public void Words_and_lines_of_a_later_version_are_ignored() =>
        Read("T 6000 more\nalice\nmore").Should().ContainSingle().Which.Should().BeOfType<RoomEvent.Typing>().Which.User.Should().Be("alice");

    [Theory]
    [InlineData("E 100 0")]
    [InlineData("E x 0 1\nalice")]
    [InlineData("E 100 0 1")]
    [InlineData("T\nalice")]
    [InlineData("T 6000")]
    [InlineData("T -1\nalice")]
    [InlineData("H 100 0 99999999999999999")]
    [InlineData("Q what is this")]
    public void What_is_not_a_report_is_dropped(string payload) => Read(payload).Should().BeEmpty();

    [Fact]
    public void A_user_who_left_does_not_enter_by_a_report_that_was_overtaken()
    {
        Read("E 100 0 1\nbob");
        Read("L 120 110 1\nalice").Should().Equal(new RoomEvent.Left("alice", 1, At));
        Read("E 110 100 2\nalice\ncarol").Should().Equal([new RoomEvent.Entered("carol", 1, At)], "the newer report has the present number of users");
    }

    [Fact]
    public void A_report_that_was_only_overtaken_is_not_lost()
    {
        Read("E 100 0 1\nalice");
        Read("E 120 110 3\ncarol").Should().ContainSingle();
        Read("E 110 100 2\nbob").Should().ContainSingle();
        _time.Advance(TimeSpan.FromSeconds(2));
        Read("E 130 120 4\ndave").Should().ContainSingle();
    }

    [Fact]
    public void Once_a_report_turns_out_to_be_lost_the_number_of_users_is_delivered()
    {
        Read("E 100 0 1\nalice");
        Read("E 120 110 3\ncarol").Should().ContainSingle("the one before it may be late");
        _time.Advance(TimeSpan.FromSeconds(2));
        Read("L 130 120 2\ncarol").Should().Equal(new RoomEvent.Left("carol", 2, At), new RoomEvent.PresenceChanged(2, At));
        Read("L 140 130 1\nbob").Should().ContainSingle();
    }

    [Fact]
    public void If_the_room_was_empty_in_between_the_last_who_left_is_noticed()
    {
        Read("E 100 0 1\nalice");
        Read("E 500 0 1\nbob").Should().Equal(new RoomEvent.Entered("bob", 1, At), new RoomEvent.PresenceChanged(1, At));
        Read("L 510 500 0\nbob").Should().ContainSingle();
        Read("E 900 0 1\nalice").Should().ContainSingle();
    }

    [Fact]
    public void After_a_step_back_of_the_servers_clock_reports_are_not_taken_for_late_ones()
    {
        Read($"E {100 * Second} 0 1\nalice");
        Read($"L {90 * Second} 0 0\nalice").Should().Equal(new RoomEvent.Left("alice", 0, At), new RoomEvent.PresenceChanged(0, At));
        Read($"E {91 * Second} {90 * Second} 1\nalice").Should().Equal(new RoomEvent.Entered("alice", 1, At));
    }

    [Fact]
    public void Long_histories_are_forgotten()
    {
        for (var i = 1; i <= 5000; i++)
        {
            Read($"E {i} {i - 1} {i}\nuser {i}").Should().ContainSingle();
        }
    }

    private List<RoomEvent> Read(string payload)
    {
        var bytes = Encoding.UTF8.GetBytes(payload);
        LivePayload.IsPassing(bytes).Should().Be(payload[1] == ' ');
        _payload.TryRead(bytes, out var durable).Should().Be(payload[1] == ' ');
        durable.Should().Be(default(LiveEvents));
        var events = new List<RoomEvent>();
        if (LivePayload.IsPassing(bytes))
        {
            for (var next = _payload.ReadPassing(bytes, _subscription, At).First; next is not null; next = next.Next)
            {
                events.Add(next.Happened);
            }
        }

        return events;
    }
}
