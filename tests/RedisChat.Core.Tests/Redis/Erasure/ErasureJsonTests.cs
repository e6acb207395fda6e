using System.Text;
using RedisChat.Redis;

namespace RedisChat.Tests.Redis.Erasure;

public sealed class ErasureJsonTests
{
    [Theory]
    [InlineData("""{"t":1,"u":"alice","c":"hi"}""", """{"t":1,"u":"erased~1","c":"hi"}""")]
    [InlineData("""{"t":1,"x":9,"u":"alice","c":"\"alice\" ü","m":{"u":"alice"},"k":"alice","r":3,"n":["@bob","@alice","*"],"v":2,"e":5,"new":[1]}""",
        """{"t":1,"x":9,"u":"erased~1","c":"\"alice\" ü","m":{"u":"alice"},"r":3,"n":["@bob","*"],"v":2,"e":5,"new":[1]}""")]
    [InlineData("""{"t":1,"u":"bob","c":"hi","k":"key","n":["@alice"]}""", """{"t":1,"u":"bob","c":"hi","k":"key"}""")]
    [InlineData("""{"c":"hi","n":["@alice","%later"],"u":"bob","t":1}""", """{"c":"hi","n":["%later"],"u":"bob","t":1}""")]
    [InlineData("""{"t":1,"u":"al\u0069ce","c":"hi"}""", """{"t":1,"u":"erased~1","c":"hi"}""")]
    [InlineData("""{"t":1,"u":"bob","c":"alice","m":{"n":"@alice"},"n":["@alice2","&alice"]}""", null)]
    [InlineData("""["alice"]""", null)]
    [InlineData("alice", null)]
    [InlineData("", null)]
    public void A_value_loses_the_user_and_keeps_everything_else_byte_by_byte(string value, string? expected) =>
        Text(ErasureJson.Without(Encoding.UTF8.GetBytes(value), "alice", "erased~1")).Should().Be(expected);

    [Fact]
    public void Without_an_alias_only_mentions_go() =>
        Text(ErasureJson.Without("""{"t":1,"u":"alice","c":"hi","k":"key","n":["@alice"]}"""u8, "alice", null)).Should().Be("""{"t":1,"u":"alice","c":"hi","k":"key"}""");

    [Theory]
    [InlineData("5:m:alice", "5:m:erased%7E1")]
    [InlineData("5:o:alice", "5:o:erased%7E1")]
    [InlineData("5:m:alice2", "5:m:alice2")]
    [InlineData("5:r:7", "5:r:7")]
    [InlineData("0", "0")]
    [InlineData("""5:d:3:1795657013841001:{"u":"alice"}""", "5:d:3:1795657013841001")]
    [InlineData("""5:d:3:1795657013841001:{"u":"alice","r":"alice: spam"}""", """5:d:3:1795657013841001:{"r":"alice: spam"}""")]
    [InlineData("""5:b:3-5:1795657013841001,0,1:{"u":"alice"}""", "5:b:3-5:1795657013841001,0,1")]
    [InlineData("""5:b:3:1:{"u":"bob","r":"alice"}""", """5:b:3:1:{"u":"bob","r":"alice"}""")]
    [InlineData("not an entry of alice", "not an entry of alice")]
    public void An_entry_of_the_change_log_keeps_its_revision_and_loses_the_user(string entry, string expected) =>
        ErasureLog.Without(entry, new ErasedUser("alice"), "erased~1").Should().Be(expected);

    [Theory]
    [InlineData("alice", "alice", true)]
    [InlineData("hello alice!", "alice", true)]
    [InlineData("@alice,", "alice", true)]
    [InlineData("alices alice2 alice_ xalice alice-b", "alice", false)]
    [InlineData("alices, alice", "alice", true)]
    [InlineData("straße", "e", false)]
    [InlineData("1:a:b", "a:b", true)]
    [InlineData("a:bc", "a:b", false)]
    [InlineData("x😀", "😀", true)]
    [InlineData("", "alice", false)]
    public void An_id_is_found_as_a_whole_word(string text, string id, bool isIn) => WholeWord.IsIn(text, id).Should().Be(isIn);

    [Fact]
    public void All_forms_of_an_id_are_found()
    {
        var user = new ErasedUser("a\"b:{c} ~");

        user.IsIn("""{"u":"a\"b:{c} ~"}""").Should().BeTrue();
        user.IsIn("chatroom:{x}:u:a\"b%3A%7Bc%7D ~").Should().BeTrue();
        user.IsIn("5:m:a\"b%3A%7Bc%7D%20%7E").Should().BeTrue();
        user.IsIn("a\"b:{d} ~").Should().BeFalse();
    }

    private static string? Text(byte[]? value) => value is null ? null : Encoding.UTF8.GetString(value);
}
