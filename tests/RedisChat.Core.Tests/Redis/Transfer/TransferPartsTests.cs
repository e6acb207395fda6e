using System.Text.RegularExpressions;
using RedisChat.Redis;

namespace RedisChat.Tests.Redis.Transfer;

/// <summary>The table of what an export does with each kind of key, against the documentation of the keys.</summary>
public sealed partial class TransferPartsTests
{
    private static readonly string Document = File.ReadAllText(Path.Combine(Repository.Root, "docs", "keys.md"));

    [Fact]
    public void Each_key_of_the_documentation_has_its_place_in_the_table_and_no_other_has()
    {
        // The rows of the tables: | `chatroom:{room}:m:<bucket>` | hash | …; a row may name several keys.
        var rows = Document.Split('\n').Where(line => line.StartsWith("| `chatroom:{", StringComparison.Ordinal)).Select(line => line.Split('|')[1]).ToList();
        var keys = rows.SelectMany(row => Key().Matches(row).Select(match => (Scope: match.Groups["scope"].Value, Suffix: match.Groups["suffix"].Value)))
            .Where(key => !key.Suffix.EndsWith('…')).Distinct().ToList();

        keys.Where(key => key.Scope == "room").Select(key => key.Suffix).Should().BeEquivalentTo(TransferParts.OfRoom.Select(part => part.Suffix));
        keys.Where(key => key.Scope == "user:<user>").Select(key => key.Suffix).Should().BeEquivalentTo(TransferParts.OfUser.Select(part => part.Suffix));
        keys.Where(key => key.Scope == "directory:<part>").Select(key => key.Suffix).Should().BeEquivalentTo(TransferParts.OfDirectory.Select(part => part.Suffix));
        keys.Select(key => key.Scope).Distinct().Should().BeEquivalentTo("room", "user:<user>", "directory:<part>");
    }

    [Fact]
    public void Each_kind_of_line_is_documented_and_no_other_is()
    {
        var document = File.ReadAllText(Path.Combine(Repository.Root, "docs", "export.md"));

        document[document.IndexOf("## The lines", StringComparison.Ordinal)..document.IndexOf("## Import", StringComparison.Ordinal)].Split('\n').Select(line => Fact().Match(line)).Where(match => match.Success).Select(match => match.Groups["fact"].Value)
            .Should().BeEquivalentTo(TransferParts.Facts);
    }

    [Fact]
    public void Each_field_of_a_room_that_the_documentation_names_is_carried_except_for_what_says_how_far_something_is()
    {
        var table = Document[Document.IndexOf("### The room", StringComparison.Ordinal)..Document.IndexOf("A revision is the server's time", StringComparison.Ordinal)];
        var fields = table.Split('\n').Where(line => line.StartsWith("| `", StringComparison.Ordinal)).SelectMany(line => Name().Matches(line.Split('|')[1]).Select(match => match.Groups[1].Value)).ToList();
        fields.Should().Contain(["epoch", "sealed", "imported"]);
        var state = ScopeState.Of([.. fields.Select(field => new StackExchange.Redis.HashEntry(field, "1"))]);

        fields.Except(state.Exported().Select(field => field.Name)).Should().BeEquivalentTo("gone", "erased", "sealed", "archived", "import", "imported");
    }

    [Theory]
    [InlineData("m:17", "message")]
    [InlineData("u:alice", "")]
    [InlineData("mentions", "")]
    [InlineData("mentions:bob", "")]
    [InlineData("scheduled:bob", "scheduled")]
    [InlineData("here:users", "")]
    [InlineData("thawed", "")]
    [InlineData("key", "key")]
    [InlineData("nothing", null)]
    [InlineData("nothing:7", null)]
    public void A_key_is_recognized_by_what_follows_the_root(string suffix, string? fact) =>
        TransferParts.OfKey(new TransferScope("lobby"), suffix)?.Fact.Should().Be(fact);

    [GeneratedRegex(@"`chatroom:\{(?<scope>[^}`]*)\}(:(?<suffix>[^`]*))?`")]
    private static partial Regex Key();

    [GeneratedRegex(@"^\| `(?<fact>[a-z]+)` \|")]
    private static partial Regex Fact();

    [GeneratedRegex("`([a-z]+)`")]
    private static partial Regex Name();
}
