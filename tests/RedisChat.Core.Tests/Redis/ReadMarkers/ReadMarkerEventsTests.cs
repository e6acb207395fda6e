using System.Text;
using RedisChat.Redis;

namespace RedisChat.Tests.Redis.ReadMarkers;

/// <summary>The moves of read markers on a room's channel.</summary>
public sealed class ReadMarkerEventsTests
{
    private static readonly RoomPosition At = new(7, 3, 30, 300);

    private readonly LivePayload _payload = new() { PassingKinds = [new ReadMarkerEvents()] };

    [Theory]
    [InlineData("R 12 1795657013801169\nböb")]
    [InlineData("R 12 1795657013801169 more words\nböb\nmore lines")]
    public void A_move_is_an_event_at_the_rooms_position(string payload) => Read(payload).Should().Equal(
        new RoomEvent.ReadMarkerMoved("böb", 12, Micros.ToTime(1_795_657_013_801_169), At));

    [Theory]
    [InlineData("R 12 5")]
    [InlineData("R 12 5\n")]
    [InlineData("R 12\nalice")]
    [InlineData("R x 5\nalice")]
    [InlineData("R 12 -5\nalice")]
    [InlineData("R 99999999999999999 5\nalice")]
    public void Anything_else_is_dropped(string payload) => Read(payload).Should().BeEmpty();

    [Fact]
    public void A_user_longer_than_an_id_is_dropped() => Read($"R 12 5\n{new string('x', 129)}").Should().BeEmpty();

    private List<RoomEvent> Read(string payload)
    {
        var events = new List<RoomEvent>();
        for (var next = _payload.ReadPassing(Encoding.UTF8.GetBytes(payload), this, At).First; next is not null; next = next.Next)
        {
            events.Add(next.Happened);
        }

        return events;
    }
}
