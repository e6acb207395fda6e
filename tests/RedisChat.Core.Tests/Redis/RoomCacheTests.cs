using RedisChat.Redis;

namespace RedisChat.Tests.Redis;

public sealed class RoomCacheTests
{
    [Fact]
    public void It_forgets_the_rooms_used_longest_ago()
    {
        var cache = new RoomCache(3);
        cache.Set("a", 1);
        cache.Set("b", 2);
        cache.Set("c", 3);
        cache.TryGet("a", out _);
        cache.Set("b", 20);

        cache.Set("d", 4);

        cache.TryGet("c", out _).Should().BeFalse();
        cache.TryGet("a", out var a).Should().BeTrue();
        cache.TryGet("b", out var b).Should().BeTrue();
        cache.TryGet("d", out var d).Should().BeTrue();
        (a, b, d).Should().Be((1, 20, 4));
    }

    [Fact]
    public void Answers_that_come_out_of_order_do_not_lower_it_but_a_reading_does()
    {
        var cache = new RoomCache(3);
        cache.Raise("a", 5);
        cache.Raise("a", 3);
        cache.TryGet("a", out var last);
        last.Should().Be(5);

        cache.Set("a", 2);
        cache.TryGet("a", out last);
        last.Should().Be(2);
    }
}
