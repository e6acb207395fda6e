using RedisChat.Redis;

namespace RedisChat.Tests.Redis.Erasure;

/// <summary>Which places name a user, and in which the id only occurs.</summary>
public sealed class FoundTracesTests
{
    private static readonly KeyNames Names = new(new HashTagKeyScheme(), 0);

    [Theory]
    [InlineData("42", "", "last", "42")]
    [InlineData("42", "", "archived", "42 1795740801987188 3")]
    [InlineData("moderator", "", "rules", "1 - 0 0 0 -=rj moderator=rw")]
    [InlineData("42", "", "erasing", "42 and more")]
    [InlineData("bob", "", "gone", """3f {"u":"alice","r":"because of bob"}""")]
    [InlineData("current", ":key", "current", "0a1b2c3d")]
    [InlineData("42", ":expires", "42", "")]
    [InlineData("42", ":attachments", ":42:1795740801987188:1", "d[]")]
    [InlineData("42", ":threads", "42", "7 1 1 9\n1 alice")]
    [InlineData("Smith", ":threads", "1", "7 1 1 9\n1 John Smith")]
    [InlineData("bob", ":mentions", "everyone:0000000000000042:team:bob", "")]
    public void Places_in_which_an_id_only_occurs_are_those_of_others(string user, string suffix, string field, string value)
    {
        var found = new FoundTraces(Names, new ErasedUser(user));

        found.Add(Names.Room("lobby") + suffix, field, value);

        found.Remaining.Should().BeEmpty();
        found.Others.Should().Equal(new ErasureTrace(Names.Room("lobby") + suffix, field));
    }

    [Theory]
    [InlineData("42", "", "erasing", "bob\n42")]
    [InlineData("bob", "", "gone", """3f {"u":"bob"}""")]
    [InlineData("bob", "", "", "the key is something else, of bob")]
    [InlineData("John Smith", ":threads", "1", "7 2 1 9\n1 John Smith\n2 alice")]
    [InlineData("team:bob", ":mentions", "everyone:0000000000000042:team:bob", "")]
    public void Places_that_name_a_user_remain(string user, string suffix, string field, string value)
    {
        var found = new FoundTraces(Names, new ErasedUser(user));

        found.Add(Names.Room("lobby") + suffix, field, value);

        found.Remaining.Should().Equal(new ErasureTrace(Names.Room("lobby") + suffix, field));
        found.Others.Should().BeEmpty();
    }
}
