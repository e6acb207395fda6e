using System.Globalization;
using RedisChat.Redis;

namespace RedisChat.Tests.Redis;

public sealed class AuthorIndexTests
{
    private const string Key = "chatroom:{lobby}:u:alice";

    [Fact]
    public async Task From_any_pivot_every_id_is_found_once_in_either_direction()
    {
        for (var seed = 0; seed < 40; seed++)
        {
            var random = new Random(seed);
            var ids = Ids(random, random.Next(0, 3000));
            var reads = new FakeReads { Text = Text(ids) };
            foreach (var pivot in (long[])[0, 1, ids.LastOrDefault(), ids.LastOrDefault() + 1, .. ids.Take(2), .. Some(ids, random), .. Some(ids, random).Select(id => id - 1)])
            {
                var (older, newer) = await ReadAllAsync(reads, pivot, long.MaxValue, portion: random.Next(1, 200));

                older.Should().Equal(ids.Where(id => id <= pivot).Reverse(), "seed {0}, pivot {1}", seed, pivot);
                newer.Should().Equal(ids.Where(id => id > pivot), "seed {0}, pivot {1}", seed, pivot);
            }
        }
    }

    [Fact]
    public async Task Ids_above_the_last_one_of_the_room_are_left_for_the_next_page()
    {
        var reads = new FakeReads { Text = "3,5,8,13," };

        var (older, newer) = await ReadAllAsync(reads, pivot: 4, last: 8, portion: 10);

        older.Should().Equal(3);
        newer.Should().Equal(5, 8);
    }

    [Fact]
    public async Task The_newest_page_needs_only_the_end_that_was_read_with_the_length()
    {
        var reads = new FakeReads { Text = Text(Ids(new Random(1), 100_000)) };
        var source = await (await OpenAsync(reads, ids: 50)).SplitAtAsync(long.MaxValue - 1, long.MaxValue);

        (await source.OlderAsync(51)).Should().HaveCount(51);

        reads.Ranges.Should().Be(1);
        reads.Bytes.Should().BeLessThan(1000);
    }

    [Fact]
    public async Task An_old_page_in_a_long_list_is_found_by_bisection()
    {
        var ids = Ids(new Random(1), 100_000);
        var reads = new FakeReads { Text = Text(ids) };
        var source = await (await OpenAsync(reads, ids: 50)).SplitAtAsync(ids[30_000], long.MaxValue);

        (await source.OlderAsync(51)).Should().Equal(ids.Take(30_001).TakeLast(51).Reverse());

        // Some 700,000 bytes: 8 halvings to 4,096 bytes, which are read whole, and the page itself, each with the last entry in the same round trip; and the end.
        reads.Ranges.Should().BeLessThanOrEqualTo(21);
        reads.Bytes.Should().BeLessThan(8_000);
    }

    [Fact]
    public async Task A_list_that_is_cut_while_it_is_read_must_be_read_again()
    {
        var ids = Ids(new Random(3), 100_000);
        var reads = new FakeReads { Text = Text(ids) };
        var source = await (await OpenAsync(reads, ids: 50)).SplitAtAsync(ids[70_000], long.MaxValue);
        await source.NewerAsync(100);

        // The room is trimmed, and others are added.
        reads.Text = Text([.. ids[60_000..], .. ids.Select(id => ids[^1] + id)]);

        await Assert.ThrowsAsync<ChatUnavailableException>(async () => await source.NewerAsync(100));
        await Assert.ThrowsAsync<ChatUnavailableException>(async () => await source.OlderAsync(100));
    }

    [Fact]
    public async Task Ids_added_while_it_is_opened_do_not_shift_those_before_them()
    {
        var ids = Ids(new Random(2), 2000);
        var reads = new FakeReads { Text = Text(ids[..1990]) };
        reads.AfterLength = () => reads.Text = Text(ids);

        var (older, newer) = await ReadAllAsync(reads, ids[1000], ids[1989], portion: 100);

        older.Should().Equal(ids.Take(1001).Reverse());
        newer.Should().Equal(ids[1001..1990]);
    }

    [Theory]
    [InlineData("hello")]
    [InlineData("1,2")]
    [InlineData("2,1,")]
    [InlineData("1,1,")]
    [InlineData("1,,2,")]
    [InlineData(",1,")]
    [InlineData("0,1,")]
    [InlineData("-1,1,")]
    [InlineData("+1,2,")]
    [InlineData("1, 2,")]
    [InlineData("1,2x,")]
    [InlineData("1,99999999999999999999,")]
    public async Task A_string_that_is_not_a_list_of_ascending_ids_is_an_error_that_names_the_key(string text)
    {
        foreach (var pivot in (long[])[0, 1, 100])
        {
            var error = await Assert.ThrowsAsync<ChatDataException>(() => ReadAllAsync(new FakeReads { Text = text }, pivot, long.MaxValue, 10));

            error.Key.Should().Be(Key);
            error.Message.Should().Contain(Key);
        }
    }

    [Fact]
    public async Task A_long_string_without_a_list_in_it_is_an_error_and_is_not_read_whole()
    {
        foreach (var text in (string[])[new string('x', 1_000_000) + ",", new string('1', 1_000_000) + ",", "1," + new string('x', 1_000_000) + ",9,"])
        {
            foreach (var pivot in (long[])[0, 5, long.MaxValue - 1])
            {
                var reads = new FakeReads { Text = text };

                await Assert.ThrowsAsync<ChatDataException>(() => ReadAllAsync(reads, pivot, long.MaxValue, 10));
                reads.Bytes.Should().BeLessThan(20_000);
            }
        }
    }

    private static ValueTask<AuthorIndex> OpenAsync(FakeReads reads, int ids) =>
        new(AuthorIndex.OpenAsync(reads, Key, ids, TestContext.Current.CancellationToken));

    private static async Task<(List<long> Older, List<long> Newer)> ReadAllAsync(FakeReads reads, long pivot, long last, int portion)
    {
        var source = await (await OpenAsync(reads, ids: portion)).SplitAtAsync(pivot, last);
        return (await AllAsync(() => source.OlderAsync(portion)), await AllAsync(() => source.NewerAsync(portion)));
    }

    private static async Task<List<long>> AllAsync(Func<ValueTask<IReadOnlyList<long>>> next)
    {
        var all = new List<long>();
        while (await next() is { Count: > 0 } ids)
        {
            all.AddRange(ids);
        }

        return all;
    }

    // Gaps of very different sizes, so that entries are 2 to 17 bytes long.
    private static long[] Ids(Random random, int count)
    {
        var ids = new long[count];
        var id = 0L;
        for (var i = 0; i < count; i++)
        {
            id += random.Next(1, random.Next(50) == 0 ? 100_000 : 5);
            ids[i] = id;
        }

        if (count > 2 && random.Next(2) == 0)
        {
            (ids[^2], ids[^1]) = (ChatLimits.MaxMessageId - 1, ChatLimits.MaxMessageId);
        }

        return ids;
    }

    private static IEnumerable<long> Some(long[] ids, Random random) =>
        ids.Length == 0 ? [] : Enumerable.Range(0, 5).Select(_ => ids[random.Next(ids.Length)]);

    private static string Text(IEnumerable<long> ids) => string.Concat(ids.Select(id => $"{id.ToString(CultureInfo.InvariantCulture)},"));
}
