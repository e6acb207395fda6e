using RedisChat.Redis;

namespace RedisChat.Tests.Redis.Erasure;

public sealed class KeyScopeTests
{
    private static readonly KeyNames Keys = new(new HashTagKeyScheme("app:1"), 0);

    [Theory]
    [InlineData("lobby")]
    [InlineData("user:alice")]
    [InlineData("{a}:b%c}")]
    [InlineData("ä 😀 %3A")]
    [InlineData("t:7")]
    public void A_key_leads_back_to_its_room_thread_or_user(string id)
    {
        ScopeOf(Keys.Room(id)).Should().Be((id, ""));
        ScopeOf(Keys.Bucket(id, 7)).Should().Be((id, "m:7"));
        ScopeOf(Keys.Author(id, "a:b")).Should().Be((id, "u:a%3Ab"));
        ScopeOf(Keys.HereUsers(id)).Should().Be((id, "here:users"));
        var thread = new ThreadId(id, 12).RoomId;
        ScopeOf(Keys.Room(thread)).Should().Be((thread, ""));
        ScopeOf(Keys.Members(thread)).Should().Be((thread, "members"));
        ScopeOf(Keys.Threads(id)).Should().Be((id, "threads"));
        ScopeOf(Keys.Drafts(id)).Should().Be((UserScope.Of(id), "drafts"));
        ScopeOf(Keys.Changed(UserScope.All)).Should().Be((UserScope.All, "changed"));
    }

    [Theory]
    [InlineData("app:1:{directory:3}:due")]
    [InlineData("app:2:{lobby}:m:0")]
    [InlineData("app:1:lobby")]
    [InlineData("app:1:{}:m:0")]
    [InlineData("app:1:{a:b}:m:0")]
    [InlineData("app:1:{lobby}m:0")]
    [InlineData("app:1:{lobby}:")]
    [InlineData("")]
    public void Other_keys_belong_to_no_room(string key) => Keys.TryReadKey(key, out _, out _).Should().BeFalse();

    [Fact]
    public void The_pattern_of_all_keys_begins_like_them_and_is_refused_for_schemes_without_hash_tags()
    {
        Keys.Everything.Should().Be("app:1:{*");
        new KeyNames(new Plain(), 0).Invoking(keys => keys.Everything).Should().Throw<NotSupportedException>().WithMessage("*Plain*hash tag*");
    }

    private static (string? Scope, string Suffix) ScopeOf(string key)
    {
        Keys.TryReadKey(key, out var scope, out var suffix).Should().BeTrue();
        return (scope, suffix);
    }

    private sealed class Plain : IRoomKeyScheme
    {
        public string Directory(int shard) => $"d{shard}";

        public string Room(string room) => $"r{room}";

        public string User(string user) => $"u{user}";
    }
}
