using RedisChat.Redis;

namespace RedisChat.Tests.Redis.Keys;

public sealed class HashTagKeySchemeTests
{
    private static readonly HashTagKeyScheme Scheme = new();

    private readonly KeyNames _keys = new(Scheme, database: 0);

    [Fact]
    public void Ordinary_ids_stay_readable()
    {
        _keys.Room("lobby").Should().Be("chatroom:{lobby}");
        _keys.Bucket("lobby", 12).Should().Be("chatroom:{lobby}:m:12");
        _keys.Author("lobby", "alice@example.org").Should().Be("chatroom:{lobby}:u:alice@example.org");
        _keys.Changed("lobby").Should().Be("chatroom:{lobby}:changed");
        _keys.Sent("lobby", 2963000).Should().Be("chatroom:{lobby}:sent:2963000");
        _keys.Live("lobby").Should().Be("chatroom:{lobby}:live");
        Scheme.User("alice").Should().Be("chatroom:{user:alice}");
        Scheme.Directory(3).Should().Be("chatroom:{directory:3}");
        _keys.Room("Zürich 日本 🎈").Should().Be("chatroom:{Zürich 日本 🎈}");
    }

    // Not InlineData, because an attribute would not keep half a surrogate pair.
    public static TheoryData<string, string> Escaped => new()
    {
        { "", "%" },
        { "a}b{c", "a%7Db%7Bc" },
        { "a:b", "a%3Ab" },
        { "100%", "100%25" },
        { "a\nb\0", "a%0Ab%00" },
        { "\ud83c", "%uD83C" },
        { "\udf88\ud83c", "%uDF88%uD83C" },
    };

    [Theory]
    [MemberData(nameof(Escaped))]
    public void Ambiguous_characters_are_escaped(string id, string escaped)
    {
        _keys.Room(id).Should().Be($"chatroom:{{{escaped}}}");
        _keys.Author("lobby", id).Should().Be($"chatroom:{{lobby}}:u:{escaped}");
    }

    [Fact]
    public void A_room_named_like_the_root_of_a_user_is_another_root() =>
        Scheme.Room("user:alice").Should().Be("chatroom:{user%3Aalice}");

    [Fact]
    public void Every_database_but_the_first_has_its_own_channels() =>
        new KeyNames(Scheme, database: 2).Live("lobby").Should().Be("chatroom:{lobby}:live:2");

    [Fact]
    public void The_prefix_is_in_every_key() =>
        new HashTagKeyScheme("tenant-1:chat").Room("lobby").Should().Be("tenant-1:chat:{lobby}");

    [Theory]
    [InlineData("")]
    [InlineData("{x}")]
    [InlineData("a b")]
    [InlineData("chat*")]
    [InlineData("12345678901234567890123456789012345678901234567890123456789012345")]
    [InlineData(null)]
    public void A_prefix_that_could_break_the_keys_is_refused(string? prefix) =>
        FluentActions.Invoking(() => new HashTagKeyScheme(prefix!)).Should().Throw<ArgumentException>().WithMessage("*1 to 64*");
}
