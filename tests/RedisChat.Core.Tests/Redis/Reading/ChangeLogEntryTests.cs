using RedisChat.Redis;

namespace RedisChat.Tests.Redis.Reading;

/// <summary>Entries of the change log: <c>revision:kind:subject[:more]</c>.</summary>
public sealed class ChangeLogEntryTests
{
    [Theory]
    [InlineData("0", 0, ChangeLogEntry.None, "", "")]
    [InlineData("17:e:5", 17, 'e', "5", "")]
    [InlineData("17:d:5:1700", 17, 'd', "5", "1700")]
    [InlineData("17:d:5:1700:{\"u\":\"a:b\"}", 17, 'd', "5", "1700:{\"u\":\"a:b\"}")]
    [InlineData("17:e:5:more:of:it", 17, 'e', "5", "more:of:it")]
    [InlineData("17:z:tom%3A2", 17, 'z', "tom%3A2", "")]
    public void An_entry_has_a_revision_a_kind_a_subject_and_perhaps_more(string text, long revision, char kind, string subject, string more)
    {
        ChangeLogEntry.TryRead(text, out var entry).Should().BeTrue();

        (entry.Revision, entry.Kind, entry.Subject.ToString(), entry.More.ToString()).Should().Be((revision, kind, subject, more));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("1")]
    [InlineData("e:5")]
    [InlineData("17:5")]
    [InlineData("17:ee:5")]
    [InlineData("17:e:")]
    [InlineData("17:e")]
    [InlineData("-17:e:5")]
    [InlineData("1e3:e:5")]
    [InlineData("99999999999999999999:e:5")]
    public void Anything_else_is_not_an_entry(string? text) => ChangeLogEntry.TryRead(text, out _).Should().BeFalse();

    [Theory]
    [InlineData("17:d:5:1700", true)]
    [InlineData("17:d:5:1700:{}", true)]
    [InlineData("17:d:5:1700:not JSON", true)]
    [InlineData("17:e:5", true)]
    [InlineData("17:e:5:more", true)]
    [InlineData("17:d:5", false)]
    [InlineData("17:d:5:", false)]
    [InlineData("17:d:x:1700", false)]
    [InlineData("17:d:5:17x", false)]
    [InlineData("17:e:five", false)]
    public void Edits_name_a_message_and_deletions_its_time_too(string text, bool valid)
    {
        ChangeLogEntry.TryRead(text, out var entry).Should().BeTrue();

        new ChangedMessages().IsValid(entry).Should().Be(valid);
    }

    [Fact]
    public void Details_of_a_deletion_are_read_back_as_they_were_written()
    {
        var position = new RoomPosition(1, 2, 3, 1_700_000_000_000_000);
        foreach (var (user, reason) in new (string?, string?)[] { ("mod", "spam"), ("a:b \"c\" 😀", null), (null, "why\\not: {}"), (null, null) })
        {
            var json = DeletionJson.Write(user, reason);

            var deleted = DeletionJson.Read(7, position, System.Text.Encoding.UTF8.GetBytes(json ?? ""));

            (json is null).Should().Be(user is null && reason is null);
            deleted.Should().Be(new RoomEvent.Deleted(7, position)
            {
                User = user,
                Reason = reason,
                DeletedAt = DateTimeOffset.FromUnixTimeSeconds(1_700_000_000),
            });
        }
    }

    [Theory]
    [InlineData("not JSON")]
    [InlineData("[]")]
    [InlineData("{")]
    [InlineData("""{"u":"\ud800"}""")]
    public void Details_that_cannot_be_read_are_left_out(string json)
    {
        var deleted = DeletionJson.Read(7, default, System.Text.Encoding.UTF8.GetBytes(json));

        (deleted.MessageId, deleted.User, deleted.Reason).Should().Be((7, null, null));
    }

    [Fact]
    public void Details_of_a_later_version_are_ignored() =>
        DeletionJson.Read(7, default, """{"x":{"u":"no"},"u":"mod","n":1,"r":3}"""u8).Should().BeEquivalentTo(new { User = "mod", Reason = (string?)null });
}
