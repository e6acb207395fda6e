using RedisChat.Redis;

namespace RedisChat.Tests.Redis.Transfer;

/// <summary>What entries of the change log say has changed.</summary>
public sealed class TransferSubjectsTests
{
    [Fact]
    public void Deleted_messages_are_named_by_ids_and_ranges()
    {
        var subjects = Read("10:b:5-9,12,14-16:1,0,0");

        subjects.Messages.Should().Equal(5, 6, 7, 8, 9, 12, 14, 15, 16);
    }

    [Fact]
    public void A_range_that_no_deletion_writes_is_ignored()
    {
        var subjects = Read("10:b:1-9000000000000000,7,1000-1499,2000-2500:1");

        subjects.Messages.Should().HaveCount(501).And.StartWith([7L, 1000L]).And.EndWith(1499);
    }

    [Fact]
    public void A_trim_names_the_least_id_instead_of_all_that_are_gone()
    {
        var subjects = Read("10:y:200", "20:e:7", "30:y:5000000000", "40:y:x");

        (subjects.First, subjects.Messages.Single()).Should().Be((5_000_000_000, 7));
    }

    private static TransferSubjects Read(params string[] entries)
    {
        var subjects = new TransferSubjects(first: 100);
        foreach (var entry in entries)
        {
            subjects.Add(entry, isUser: false);
        }

        return subjects;
    }
}
