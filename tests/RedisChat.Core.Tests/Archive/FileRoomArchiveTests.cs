using System.Text;
using RedisChat.Conformance;

namespace RedisChat.Tests.Archive;

/// <summary>The archive in files: the contract, and what is on the disk.</summary>
public sealed class FileRoomArchiveTests : RoomArchiveTests, IDisposable
{
    private const string Secret = "zqxwvjksecretmarker";

    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("redischat-archive-");

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    private string Root => Path.Combine(_directory.FullName, "some", "where");

    public void Dispose() => _directory.Delete(recursive: true);

    protected override ValueTask<IRoomArchive> OpenAsync() => new(new FileRoomArchive(Root));

    [Fact]
    public async Task Content_that_was_replaced_or_removed_is_in_no_file_any_more()
    {
        var archive = await OpenAsync();
        await archive.PutAsync(Room, 1, [New(0, 1, Secret), New(1, 1, "beside it"), New(2, 1, Secret)], Cancelled);
        (await HoldersAsync()).Should().NotBeEmpty();

        await archive.PutAsync(Room, 1, [New(0, 2, "edited")], Cancelled);
        await archive.PutAsync(Room, 1, [New(2, 2, "")], Cancelled);

        (await HoldersAsync()).Should().BeEmpty();
        (await archive.ReadAsync(Room, 1, [0, 1, 2], Cancelled)).Select(bucket => Encoding.UTF8.GetString(bucket!.Content.Span)).Should().Equal("edited", "beside it", "");

        await archive.PutAsync(Room, 1, [New(3, 1, Secret)], Cancelled);
        await archive.RemoveRoomAsync(Room, 1, Cancelled);
        (await HoldersAsync()).Should().BeEmpty();
    }

    [Fact]
    public async Task A_write_that_fails_at_its_beginning_does_not_keep_the_room_locked()
    {
        var archive = await OpenAsync();
        await archive.PutAsync(Room, 1, [New(0, 1, "zero")], Cancelled);
        var name = Directory.EnumerateFiles(Root, "room", SearchOption.AllDirectories).Single();
        File.Delete(name);
        Directory.CreateDirectory($"{name}.new");

        await Assert.ThrowsAnyAsync<Exception>(() => archive.PutAsync(Room, 1, [New(1, 1, "one")], Cancelled).AsTask());

        Directory.Delete($"{name}.new");
        using var soon = CancellationTokenSource.CreateLinkedTokenSource(Cancelled);
        soon.CancelAfter(TimeSpan.FromSeconds(30));
        (await archive.PutAsync(Room, 1, [New(1, 1, "one")], soon.Token)).Should().BeTrue();
    }

    [Fact]
    public async Task A_lock_that_cannot_be_opened_is_reported_and_not_waited_for()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has no sockets among its files.");
        var archive = await OpenAsync();
        await archive.PutAsync(Room, 1, [New(0, 1, "zero")], Cancelled);
        var path = Directory.EnumerateFiles(Root, "lock", SearchOption.AllDirectories).Single();
        File.Delete(path);

        // Nobody can open a socket as a file. Its own path must be short.
        var other = Path.Combine(_directory.FullName, "socket");
        File.CreateSymbolicLink(path, other);
        using var socket = new System.Net.Sockets.Socket(System.Net.Sockets.AddressFamily.Unix, System.Net.Sockets.SocketType.Stream, System.Net.Sockets.ProtocolType.Unspecified);
        socket.Bind(new System.Net.Sockets.UnixDomainSocketEndPoint(other));
        using var soon = CancellationTokenSource.CreateLinkedTokenSource(Cancelled);
        soon.CancelAfter(TimeSpan.FromSeconds(30));

        await Assert.ThrowsAsync<IOException>(() => archive.PutAsync(Room, 1, [New(1, 1, "one")], soon.Token).AsTask());
    }

    [Theory]
    [InlineData("index.new")]
    [InlineData("2.pack")]
    [InlineData("9.pack")]
    public async Task What_a_crash_in_the_middle_of_a_write_left_means_nothing_and_goes_with_the_next_write(string left)
    {
        var archive = await OpenAsync();
        await archive.PutAsync(Room, 1, [New(0, 1, "zero")], Cancelled);
        var directory = Directory.EnumerateFiles(Root, "index", SearchOption.AllDirectories).Select(Path.GetDirectoryName).Single()!;
        await File.WriteAllTextAsync(Path.Combine(directory, left), Secret[..10], Cancelled);

        Encoding.UTF8.GetString((await archive.ReadAsync(Room, 1, [0], Cancelled))[0]!.Content.Span).Should().Be("zero");
        await archive.PutAsync(Room, 1, [New(1, 1, "one")], Cancelled);

        (await archive.ReadAsync(Room, 1, [0, 1], Cancelled)).Select(bucket => Encoding.UTF8.GetString(bucket!.Content.Span)).Should().Equal("zero", "one");
        Directory.EnumerateFiles(directory).Select(Path.GetFileName).Should().BeEquivalentTo("index", "1.pack", "2.pack");
        (await HoldersAsync(Secret[..10])).Should().BeEmpty();
    }

    [Theory]
    [InlineData("index", 0)]
    [InlineData("index", 40)]
    [InlineData("index", -3)]
    [InlineData("1.pack", 1)]
    public async Task Damage_is_found_and_named(string file, int at)
    {
        var archive = await OpenAsync();
        await archive.PutAsync(Room, 1, [New(0, 1, "zero", "alice")], Cancelled);
        var path = Directory.EnumerateFiles(Root, file, SearchOption.AllDirectories).Single();
        var bytes = await File.ReadAllBytesAsync(path, Cancelled);
        bytes[at < 0 ? bytes.Length + at : at] ^= 1;
        await File.WriteAllBytesAsync(path, bytes, Cancelled);

        var error = await Assert.ThrowsAsync<InvalidDataException>(async () => await archive.ReadAsync(Room, 1, [0], Cancelled));

        error.Message.Should().Contain(path).And.Contain("backup");
    }

    [Fact]
    public async Task A_room_that_is_being_removed_has_no_buckets_whatever_of_it_is_still_there()
    {
        var archive = await OpenAsync();
        await archive.PutAsync(Room, 1, [New(0, 1, "zero"), New(300, 1, "another group")], Cancelled);
        var directory = Directory.EnumerateFiles(Root, "index", SearchOption.AllDirectories).Select(Path.GetDirectoryName).Single(path => Path.GetFileName(path) == "0")!;

        // The packs are gone, and the index is not yet.
        File.Delete(Path.Combine(directory, "1.pack"));
        await Assert.ThrowsAsync<FileNotFoundException>(async () => await archive.ReadAsync(Room, 1, [0], Cancelled));
        await File.WriteAllTextAsync(Path.Combine(directory, "..", "removed"), "", Cancelled);

        (await archive.ReadAsync(Room, 1, [0], Cancelled)).Should().Equal([null]);
        await archive.RemoveRoomAsync(Room, 1, Cancelled);
        (await archive.ReadAsync(Room, 1, [0, 300], Cancelled)).Should().Equal([null, null]);
    }

    [Fact]
    public async Task Files_and_directories_are_for_their_owner_alone_and_name_the_room()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has no such modes.");
        var archive = await OpenAsync();
        await archive.PutAsync(Room, 1, [New(0, 1, "zero")], Cancelled);

        (await File.ReadAllTextAsync(Directory.EnumerateFiles(Root, "room", SearchOption.AllDirectories).Single(), Cancelled)).Should().Be(Room);
        const UnixFileMode Others = UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.OtherRead | UnixFileMode.OtherWrite;
        foreach (var path in Directory.EnumerateFileSystemEntries(Root, "*", SearchOption.AllDirectories).Where(path => Path.GetFileName(path) != "lock"))
        {
#pragma warning disable CA1416 // Skipped there.
            (File.GetUnixFileMode(path) & Others).Should().Be(UnixFileMode.None, path);
#pragma warning restore CA1416
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData(" ")]
    public void A_directory_must_be_named(string directory) => Assert.ThrowsAny<ArgumentException>(() => new FileRoomArchive(directory));

    private static ArchivedBucket New(long number, long version, string content, params string[] users) =>
        new(number, version) { Content = Encoding.UTF8.GetBytes(content), Users = users };

    private async Task<List<string>> HoldersAsync(string word = Secret)
    {
        var holders = new List<string>();
        foreach (var path in Directory.EnumerateFiles(Root, "*", SearchOption.AllDirectories))
        {
            if ((await File.ReadAllTextAsync(path, Encoding.Latin1, Cancelled)).Contains(word, StringComparison.Ordinal))
            {
                holders.Add(path);
            }
        }

        return holders;
    }
}
