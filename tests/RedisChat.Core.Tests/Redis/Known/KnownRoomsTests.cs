using Microsoft.Extensions.Logging.Abstractions;
using RedisChat.Redis;

namespace RedisChat.Tests.Redis.Known;

public sealed class KnownRoomsTests
{
    [Fact]
    public void It_forgets_the_least_recently_used_rooms()
    {
        var cache = new KnownRooms(3, NullLogger.Instance);
        cache.Raise("a", At(1));
        cache.Raise("b", At(2));
        cache.Raise("c", At(3));
        cache.TryGet("a", out _);
        cache.Raise("b", At(20));

        cache.Raise("d", At(4));

        cache.TryGet("c", out _).Should().BeFalse();
        cache.TryGet("a", out var a).Should().BeTrue();
        cache.TryGet("b", out var b).Should().BeTrue();
        cache.TryGet("d", out var d).Should().BeTrue();
        (a.Last, b.Last, d.Last).Should().Be((1, 20, 4));
    }

    [Fact]
    public void Answers_out_of_order_do_not_lower_the_position_but_a_loss_does()
    {
        var cache = new KnownRooms(3, NullLogger.Instance);
        var lost = new List<string>();
        cache.HistoryLost += lost.Add;
        cache.Raise("a", At(5) with { Revision = 7 });
        cache.Raise("a", At(3) with { Revision = 8 });
        cache.TryGet("a", out var known);
        known.Should().Be(At(5) with { Revision = 8 });

        cache.TryGet("a", out var before);
        cache.Learn("a", before, At(2));
        cache.TryGet("a", out known);
        known.Should().Be(At(2));
        lost.Should().Equal("a");
    }

    [Fact]
    public void Another_epoch_replaces_the_known_position()
    {
        var cache = new KnownRooms(3, NullLogger.Instance);
        cache.Raise("a", At(5));
        cache.Raise("a", At(3) with { Epoch = "other" });
        cache.TryGet("a", out var known);
        known.Should().Be(new KnownRoom("other", 3, 0));
    }

    [Fact]
    public void A_room_that_is_said_to_be_deleted_is_not_lost_if_its_absence_confirms_that()
    {
        var cache = new KnownRooms(3, NullLogger.Instance);
        var lost = new List<string>();
        cache.HistoryLost += lost.Add;
        cache.Raise("a", At(5));
        cache.SaidDeleted("a", "other").Should().BeFalse();
        cache.SaidDeleted("a", "epoch").Should().BeTrue();
        cache.SaidDeleted("a", "epoch").Should().BeFalse();
        cache.TryGet("a", out var known);
        (known.Epoch, known.Last, known.HasRules).Should().Be(("epoch", 5L, false));

        cache.Learn("a", known, KnownRoom.None with { Uses = RoomCounters.BeingDeleted });
        cache.Learn("a", known, At(1) with { Epoch = "next" });

        lost.Should().BeEmpty();
        cache.TryGet("a", out known);
        known.Should().Be(At(1) with { Epoch = "next" });
    }

    [Fact]
    public void A_room_that_is_said_to_be_deleted_and_is_still_there_can_be_lost()
    {
        var cache = new KnownRooms(3, NullLogger.Instance);
        var lost = new List<string>();
        cache.HistoryLost += lost.Add;
        cache.Raise("a", At(5));
        cache.SaidDeleted("a", "epoch");
        cache.TryGet("a", out var marked);

        // An end that is missing is no deletion.
        cache.Learn("a", marked, At(4));
        lost.Should().Equal("a");

        cache.SaidDeleted("a", "epoch");
        cache.TryGet("a", out marked);
        cache.Raise("a", At(6));
        cache.Learn("a", marked, KnownRoom.None);
        lost.Should().Equal("a", "a");
    }

    [Theory]
    [InlineData("", 0, false)]
    [InlineData("epoch", 5, false)]
    [InlineData("epoch", 4, false)]
    [InlineData("epoch", 6, true)]
    [InlineData("other", 1, true)]
    public void History_is_lost_if_the_room_has_another_epoch_or_ends_earlier(string epoch, long last, bool lost) =>
        new KnownRoom(epoch, last, 0).IsLostIn(At(5)).Should().Be(lost);

    [Fact]
    public void A_room_is_known_to_be_open_only_at_the_position_at_which_its_features_were_read()
    {
        var position = new RoomPosition(0xe, 5, 1, 20);
        var read = KnownRoom.At(position, KnownRoom.None, "r");

        read.IsOpenAt(position).Should().BeTrue();
        read.IsOpenAt(position with { Revision = 21 }).Should().BeFalse("rules may have come with this revision");
        read.IsOpenAt(position with { Epoch = 0xf }).Should().BeFalse("it is another room");
        KnownRoom.At(position, KnownRoom.None, "rg").IsOpenAt(position).Should().BeFalse();
        KnownRoom.At(position, KnownRoom.None).IsOpenAt(position).Should().BeFalse("the features were not read");
        KnownRoom.At(position, KnownRoom.None, RoomCounters.BeingDeleted).IsOpenAt(position).Should().BeFalse();

        // An answer without the features knows a later revision.
        var later = read.Or(KnownRoom.At(position with { Revision = 21 }, read));
        (later.Revision, later.IsOpenAt(position with { Revision = 21 }), later.IsOpenAt(position)).Should().Be((21, false, true));
        later.Or(KnownRoom.At(position with { Revision = 21 }, read, "rg")).IsOpenAt(position with { Revision = 21 }).Should().BeFalse();
    }

    private static KnownRoom At(long last) => new("epoch", last, 0);
}
