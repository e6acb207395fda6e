using CsCheck;
using Microsoft.Extensions.Time.Testing;

namespace RedisChat.Tests.Live;

public sealed class HeardRoomPropertyTests
{
    private const int BufferSize = 256;

    [Fact]
    public void Events_that_arrive_in_any_order_are_delivered_in_sequence()
    {
        Gen.Select(Gen.Int[0, 3].List[1, 30], Gen.Int[1, 100_000]).Sample((kinds, seed) =>
        {
            var history = new LiveHistory();
            history.Created();
            var room = new HeardRoom(BufferSize, new FakeTimeProvider());
            var reader = room.Feed.Join(new Nobody());
            room.Confirmed(history.Position);
            var seen = history.Position;
            var events = kinds.ConvertAll(kind => kind == 0 ? history.Edited() : history.Created(kind)).ToArray();

            new Random(seed).Shuffle(events);
            Array.ForEach(events, room.Hear);

            while (reader.TryRead(seen, out var happened, out var continuity, out _))
            {
                continuity.Should().Be(Continuity.Next);
                seen = happened.Position;
            }

            seen.Should().Be(history.Position);
            room.Position.Should().Be(seen);
            reader.TakeCatchUp().Should().Be(CatchUpCause.None);
        });
    }
}
