using System.Globalization;
using RedisChat.Tests;
using StackExchange.Redis;

namespace RedisChat.IntegrationTests.Redis.Erasure;

/// <summary>The scripts that search a user's places page by page skip nothing of a sorted set when what was found is removed between two pages.</summary>
public sealed class ErasurePagesTests : OwnServerTestBase
{
    private const int Members = 1000;
    private const string User = "al ice";

    private static readonly string Scripts = Path.Combine(Repository.Root, "src", "RedisChat.Core", "Redis", "Erasure");

    [Theory]
    [InlineData(Members, true)]
    [InlineData(Members, false)]
    [InlineData(300, true)]
    [InlineData(300, false)]
    [InlineData(1, true)]
    public async Task The_proof_reads_every_member(int equalScores, bool removes)
    {
        await FillAsync(equalScores);
        var script = await File.ReadAllTextAsync(Path.Combine(Scripts, "user_search.lua"), Cancelled);

        var found = await ReadAsync(3, removes, (index, cursor) => Database.ScriptEvaluateAsync(script, ["set"], [User, User, User, 3000, index, cursor]), first: 1);

        found.Should().HaveCount(Members).And.OnlyHaveUniqueItems();
    }

    [Theory]
    [InlineData("x", true)]
    [InlineData("x", false)]
    [InlineData("z", true)]
    [InlineData("z", false)]
    public async Task The_search_for_mentions_reads_every_member(string kind, bool removes)
    {
        await FillAsync(Members);
        var script = await File.ReadAllTextAsync(Path.Combine(Scripts, "user_find.lua"), Cancelled);

        var found = await ReadAsync(7, removes, (index, cursor) => Database.ScriptEvaluateAsync(script, ["room", "set"], [User, User, User, User, 0, 3000, index, cursor, kind]), first: 2);

        found.Should().HaveCount(Members).And.OnlyHaveUniqueItems();
    }

    private Task<long> FillAsync(int equalScores) => Database.SortedSetAddAsync(
        "set", [.. Enumerable.Range(0, Members).Select(n => new SortedSetEntry(string.Create(CultureInfo.InvariantCulture, $"*:{n:d16}:{User}"), n / equalScores))]);

    private async Task<List<string>> ReadAsync(int head, bool removes, Func<string, string, Task<RedisResult>> ask, int first)
    {
        var (found, index, cursor, pages) = (new List<string>(), $"{first}", "0", 0);
        for (; index != "0"; pages++)
        {
            var answer = Array.ConvertAll((RedisValue[])(await ask(index, cursor))!, value => (string)value!);
            (index, cursor) = (answer[0], answer[1]);
            List<string> some = [.. answer[head..].Chunk(3).Select(place => place[1])];
            found.AddRange(some);
            if (removes)
            {
                await Database.SortedSetRemoveAsync("set", [.. some.Select(member => (RedisValue)member)]);
            }
        }

        pages.Should().BeGreaterThan(1);
        return found;
    }
}
