using RedisChat.Redis;

namespace RedisChat.Tests.Redis.Transfer;

/// <summary>What a key belongs to can be read from it, for every id.</summary>
public sealed class KeyReadingTests
{
    private static readonly string[] Ids = ["lobby", "a{b}:c% 😀", "", "%", "%25", "u", "user:alice", "directory:3", "t:1", "é\u0085", "100%", "%7B"];

    [Fact]
    public void Every_key_says_what_it_belongs_to()
    {
        var names = new KeyNames(new HashTagKeyScheme("my:chat"), 0);
        foreach (var id in Ids)
        {
            Read(names, names.Room(id)).Should().Be((id, ""));
            Read(names, names.Bucket(id, 7)).Should().Be((id, "m:7"));
            Read(names, names.Author(id, id)).Should().Be((id, $"u:{EscapedId.Of(id)}"));
            Read(names, names.ListedRooms(id)).Should().Be((UserScope.Of(id), "rooms"));
            KeyNames.TryReadUser($"u:{EscapedId.Of(id)}", "u:", out var user).Should().BeTrue();
            user.Should().Be(id);
            names.TryReadKey(id, names.Bucket(id, 7), out var scope, out var suffix).Should().BeTrue();
            (scope, suffix).Should().Be((id, "m:7"));
        }

        Read(names, names.Room("lobby\u001f7")).Should().Be(("lobby\u001f7", ""));
        Read(names, names.Bucket("lobby\u001f7", 0)).Should().Be(("lobby\u001f7", "m:0"));
        names.TryReadKey(names.DirectoryRooms(3), out _, out _).Should().BeFalse();
        names.TryReadKey("other:{lobby}", out _, out _).Should().BeFalse();
        names.TryReadKey("my:chat:{lobby}x", out _, out _).Should().BeFalse();
        names.TryReadKey("my:chat:{lob", out _, out _).Should().BeFalse();
    }

    [Theory]
    [InlineData("%2")]
    [InlineData("%zz")]
    [InlineData("%7b")]
    [InlineData("a%")]
    [InlineData("%41")]
    [InlineData("a{b")]
    [InlineData("%uD8")]
    public void A_text_that_is_not_the_form_of_an_id_is_refused(string text) => EscapedId.TryRead(text, out _).Should().BeFalse();

    private static (string? Scope, string Suffix) Read(KeyNames names, string key)
    {
        names.TryReadKey(key, out var scope, out var suffix).Should().BeTrue();
        return (scope, suffix);
    }
}
