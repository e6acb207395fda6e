using System.Text;

namespace RedisChat.Conformance;

/// <summary>The contract of archives of old messages (<see cref="IRoomArchive"/>): derive it to test an archive of your own.</summary>
public abstract class RoomArchiveTests
{
    private const ulong Epoch = 0x1fc538b66f532795;

    private static int _rooms;

    /// <summary>A room that no other test uses, with characters that ids may have.</summary>
    protected string Room { get; } = $"room {Interlocked.Increment(ref _rooms)} {Guid.NewGuid():n} {{a}}:b%c/../d\\e\u001f7 é😀";

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    /// <summary>Opens the archive under test. Every archive that a test opens has the same data, as if each belonged to a process of its own.</summary>
    protected abstract ValueTask<IRoomArchive> OpenAsync();

    [Fact]
    public async Task What_was_put_is_read_by_every_process_and_what_was_not_is_missing()
    {
        var archive = await OpenAsync();

        (await archive.PutAsync(Room, Epoch, [New(0, 10, "zero", "alice"), New(1, 10, "one", "alice", "bob"), New(300, 10, "far")], Cancelled)).Should().BeTrue();

        foreach (var reader in new[] { archive, await OpenAsync() })
        {
            (await ReadAsync(reader, 300, 2, 0, 1)).Should().Equal("far", null, "zero", "one");
        }

        var bucket = (await archive.ReadAsync(Room, Epoch, [1], Cancelled))[0]!;
        (bucket.Number, bucket.Version).Should().Be((1, 10));
        (await ReadAsync(archive)).Should().BeEmpty();
        (await archive.ReadAsync(Room, Epoch + 1, [0], Cancelled)).Should().Equal([null], "that is another room");
        (await archive.ReadAsync($"{Room}.", Epoch, [0], Cancelled)).Should().Equal([null]);
    }

    [Fact]
    public async Task Contents_are_returned_byte_for_byte()
    {
        var archive = await OpenAsync();
        var random = new Random(1);
        var contents = new[] { 1, 2, 4096, 9_000, 300_000 }.Select(length =>
        {
            var content = new byte[length];
            random.NextBytes(content);
            return content;
        }).ToList();

        await archive.PutAsync(Room, ulong.MaxValue, [.. contents.Select((content, i) => new ArchivedBucket(254 + i, long.MaxValue) { Content = content })], Cancelled);

        var read = await archive.ReadAsync(Room, ulong.MaxValue, [254, 255, 256, 257, 258], Cancelled);
        for (var i = 0; i < contents.Count; i++)
        {
            read[i]!.Content.ToArray().Should().Equal(contents[i]);
        }
    }

    [Fact]
    public async Task A_later_version_replaces_an_earlier_one_and_never_the_other_way_around()
    {
        var archive = await OpenAsync();
        await archive.PutAsync(Room, Epoch, [New(0, 10, "first"), New(1, 10, "other"), New(2, 10, "third", "carol")], Cancelled);

        (await archive.PutAsync(Room, Epoch, [New(1, 20, "later"), New(3, 20, "new")], Cancelled)).Should().BeTrue();
        (await ReadAsync(archive, 0, 1, 2, 3)).Should().Equal("first", "later", "third", "new");

        (await archive.PutAsync(Room, Epoch, [New(1, 19, "a process that was stopped")], Cancelled)).Should().BeFalse();
        (await ReadAsync(archive, 1)).Should().Equal("later");

        (await archive.PutAsync(Room, Epoch, [New(1, 20, "again")], Cancelled)).Should().BeTrue("the same copy may be put again");
        (await ReadAsync(archive, 0, 1, 2, 3)).Should().Equal("first", "again", "third", "new");
        (await FindAsync(archive, "carol", 0, 9, false)).Should().Equal([2L]);
    }

    [Fact]
    public async Task A_bucket_without_content_is_known_and_holds_its_version()
    {
        var archive = await OpenAsync();
        await archive.PutAsync(Room, Epoch, [New(0, 10, "deleted later", "alice"), New(1, 10, "", "bob"), New(2, 10, "stays")], Cancelled);

        (await archive.PutAsync(Room, Epoch, [New(0, 20, "")], Cancelled)).Should().BeTrue();
        (await archive.PutAsync(Room, Epoch, [New(0, 15, "deleted later", "alice")], Cancelled)).Should().BeFalse();

        (await ReadAsync(archive, 0, 1, 2)).Should().Equal("", "", "stays");
        (await FindAsync(archive, "alice", 0, 9, false)).Should().BeEmpty();
        (await FindAsync(archive, "bob", 0, 9, false)).Should().Equal([1L]);
    }

    [Fact]
    public async Task Buckets_of_a_user_are_found_in_both_directions()
    {
        var archive = await OpenAsync();
        string[] users = ["alice", "Alice", "tom:2, {x} %41", "é😀"];
        var numbers = Enumerable.Range(0, 600).Select(n => (long)n).ToList();
        foreach (var some in numbers.Chunk(100))
        {
            await archive.PutAsync(Room, Epoch, [.. some.Select(n => New(n, 10, $"{n}", [users[n % 4], "everywhere"]))], Cancelled);
        }

        foreach (var (user, i) in users.Select((user, i) => (user, i)))
        {
            (await FindAsync(archive, user, 0, 1000, false, 1000)).Should().Equal(numbers.Where(n => n % 4 == i));
            (await FindAsync(archive, user, 0, 1000, true, 1000)).Should().Equal(numbers.Where(n => n % 4 == i).Reverse());
        }

        (await FindAsync(archive, "everywhere", 250, 260, false, 3)).Should().Equal([250L, 251, 252]);
        (await FindAsync(archive, "everywhere", 250, 260, true, 8)).Should().Equal([260L, 259, 258, 257, 256, 255, 254, 253]);
        (await FindAsync(archive, "everywhere", 260, 250, false)).Should().BeEmpty();
        (await FindAsync(archive, "nobody", 0, 1000, true)).Should().BeEmpty();
        (await archive.FindAsync(Room, Epoch + 1, "everywhere", 0, 1000, true, 9, Cancelled)).Should().BeEmpty();
    }

    [Fact]
    public async Task A_room_that_was_removed_is_gone_and_late_copies_are_refused()
    {
        var archive = await OpenAsync();
        await archive.PutAsync(Room, Epoch, [New(0, 10, "zero", "alice"), New(700, 10, "far")], Cancelled);
        await archive.PutAsync(Room, Epoch + 1, [New(0, 10, "the next room of this name")], Cancelled);

        await archive.RemoveRoomAsync(Room, Epoch, Cancelled);
        await archive.RemoveRoomAsync(Room, Epoch, Cancelled);

        (await ReadAsync(archive, 0, 700)).Should().Equal([null, null]);
        (await FindAsync(archive, "alice", 0, 9, true)).Should().BeEmpty();
        (await (await OpenAsync()).PutAsync(Room, Epoch, [New(0, 99, "late")], Cancelled)).Should().BeFalse();
        (await ReadAsync(archive, 0)).Should().Equal([null]);
        Text((await archive.ReadAsync(Room, Epoch + 1, [0], Cancelled))[0]).Should().Be("the next room of this name");
        await archive.RemoveRoomAsync($"{Room} that never was", Epoch, Cancelled);
    }

    [Fact]
    public async Task Concurrent_writers_and_readers_see_whole_buckets_and_the_latest_version_wins()
    {
        const int Rounds = 40;
        IRoomArchive[] archives = [await OpenAsync(), await OpenAsync(), await OpenAsync()];
        await archives[0].PutAsync(Room, Epoch, [New(5, 0, "0"), New(6, 0, "0")], Cancelled);
        var writing = archives.Select((archive, i) => Task.Run(async () =>
        {
            for (var round = 1; round <= Rounds; round++)
            {
                var version = (round * archives.Length) + i;
                await archive.PutAsync(Room, Epoch, [New(5, version, Long(version)), New(6, version, Long(version))], Cancelled);
            }
        })).ToList();
        var all = Task.WhenAll(writing);
        var reads = 0;
        while (!all.IsCompleted || reads == 0)
        {
            foreach (var bucket in await archives[reads++ % archives.Length].ReadAsync(Room, Epoch, [5, 6], Cancelled))
            {
                Text(bucket).Should().Be(bucket!.Version == 0 ? "0" : Long(bucket.Version));
            }
        }

        await all;
        var latest = (Rounds * archives.Length) + archives.Length - 1;
        (await ReadAsync(archives[0], 5, 6)).Should().Equal(Long(latest), Long(latest));

        static string Long(long version) => string.Concat(Enumerable.Repeat($"{version} ", 500));
    }

    private static ArchivedBucket New(long number, long version, string content, params string[] users) =>
        new(number, version) { Content = Encoding.UTF8.GetBytes(content), Users = users };

    private static string? Text(ArchivedBucket? bucket) => bucket is null ? null : Encoding.UTF8.GetString(bucket.Content.Span);

    private async Task<List<string?>> ReadAsync(IRoomArchive archive, params long[] numbers) =>
        [.. (await archive.ReadAsync(Room, Epoch, numbers, Cancelled)).Select(Text)];

    private async Task<IReadOnlyList<long>> FindAsync(IRoomArchive archive, string user, long first, long last, bool descending, int limit = 10) =>
        await archive.FindAsync(Room, Epoch, user, first, last, descending, limit, Cancelled);
}
