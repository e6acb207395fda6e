using RedisChat.Redis;

namespace RedisChat.Tests.Redis.Sending;

public sealed class RoomQueuesTests
{
    private readonly RoomQueues _queues = new(1, room => new RoomAppends(room, new RoomKeys(new KeyNames(new HashTagKeyScheme(), 0), room)));

    [Fact]
    public void A_busy_room_keeps_its_queue_however_many_rooms_come_after_it()
    {
        var first = Enter("a", out var begins);
        begins.Should().BeTrue();
        for (var n = 0; n < 100; n++)
        {
            _queues.TryLeave(Enter($"room {n}", out _)).Should().BeTrue();
        }

        Enter("a", out begins).Should().BeSameAs(first);
        begins.Should().BeFalse("a call is under way");
    }

    [Fact]
    public void Rooms_with_nothing_under_way_are_kept_only_up_to_the_capacity()
    {
        var rooms = Enumerable.Range(0, 100).Select(n => Enter($"room {n}", out _)).ToList();
        _queues.Count.Should().Be(100, "all of them are busy");

        rooms.ForEach(room => _queues.TryLeave(room).Should().BeTrue());

        _queues.Count.Should().Be(1);
        Enter("room 99", out var begins).Should().BeSameAs(rooms[99], "it was used last");
        begins.Should().BeTrue();
        Enter("room 0", out begins).Should().NotBeSameAs(rooms[0]);
        begins.Should().BeTrue();
    }

    [Fact]
    public void A_room_is_not_left_while_a_send_waits()
    {
        var room = Enter("a", out _);
        Enter("a", out _);

        _queues.TryLeave(room).Should().BeFalse();

        var call = new AppendCall();
        room.TryTakeNext(call).Should().BeTrue();
        call.Sends.Should().ContainSingle();
        _queues.TryLeave(room).Should().BeTrue();
    }

    private RoomAppends Enter(string room, out bool begins)
    {
        var send = new PendingSend(null!);
        send.Prepare(room, new NewMessage("alice", "hello"), Durability.Memory);
        return _queues.Enter(room, send, out begins);
    }
}
