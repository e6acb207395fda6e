using System.Globalization;
using RedisChat.Redis;
using StackExchange.Redis;

namespace RedisChat.IntegrationTests.CommandLine;

/// <summary><c>redischat erase</c> with <c>--archive</c> and <c>--keys</c>.</summary>
public sealed class ToolEraseColdTests(TestServer server) : ToolTests(server), IAsyncLifetime
{
    private const string User = "alice-the-erased";

    private readonly TestServer _server = server;
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("redischat-erase-");

    private string Archive => Path.Combine(_folder.FullName, "archive");

    private string KeyFile => Path.Combine(_folder.FullName, "keys");

    public ValueTask InitializeAsync() => default;

    public new async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        await base.DisposeAsync();
        _folder.Delete(recursive: true);
    }

    [Theory]
    [InlineData(false, false)]
    [InlineData(true, false)]
    [InlineData(false, true)]
    public async Task A_user_whose_messages_are_in_the_archive_is_erased_there_too(bool isEncrypted, bool isAnonymized)
    {
        await FillAsync(isEncrypted);
        string[] with = isEncrypted ? ["--archive", Archive, "--keys", KeyFile] : ["--archive", Archive];
        var names = InArchive();
        names.Should().NotBeEmpty();

        string[] some = isEncrypted ? ["--archive", Archive] : [];
        string[] mode = isAnonymized ? ["--anonymize"] : [];
        var without = await RunAsync(["erase", User, "--yes", .. mode, .. some]);
        without.ExitCode.Should().Be(1);
        without.Errors[^1].Should().EndWith(isEncrypted ? "With redischat: --keys FILE." : "With redischat: --archive DIRECTORY, or --archive-postgresql CONFIG.");
        InArchive().Should().Equal(names);

        var run = await RunAsync(["erase", User, "--yes", .. mode, .. with]);

        run.ExitCode.Should().Be(0, string.Join('\n', run.Output.Concat(run.Errors)));
        run.Output.Should().Equal($"{User}: 300 messages in 1 room {(isAnonymized ? "made anonymous" : "deleted")}.", "Nothing names the user any more.");
        InArchive().Should().BeEmpty();
        (await KeyspaceAsync()).Keys.Should().NotContain(key => key.Contains(User, StringComparison.Ordinal));
        var tail = await RunAsync(["tail", "lobby", "--no-follow", "--json", .. with]);
        tail.ExitCode.Should().Be(0, string.Join('\n', tail.Errors));
        tail.Output.Should().NotContain(line => line.Contains(User, StringComparison.Ordinal));
        tail.Output.Count(line => line.Contains("\"text\":\"text ", StringComparison.Ordinal)).Should().Be(isAnonymized ? 600 : 300);
    }

    [Fact]
    public async Task A_user_of_an_encrypted_room_is_erased_with_the_keys_and_not_without()
    {
        await using (var store = NewStore(isEncrypted: true))
        {
            await new Chat(store).SendAsync("lobby", User, "one", Cancelled);
            await new Chat(store).SendAsync("lobby", "bob", "two", Cancelled);
            await new Chat(store).User(User).Drafts.SaveAsync("lobby", "a draft", cancellationToken: Cancelled);
        }

        var without = await RunAsync("erase", User, "--anonymize", "--yes");
        without.ExitCode.Should().Be(1);
        without.Errors[^1].Should().EndWith("With redischat: --keys FILE.");
        (await RunAsync("show", "lobby", "--keys", KeyFile)).Output.Should().Contain(line => line.EndsWith($"{User}: one"));

        (await RunAsync("erase", User, "--dry-run", "--keys", KeyFile)).Output.Should().Equal($"{User}: 1 message in 1 room would be deleted.");
        var run = await RunAsync("erase", User, "--anonymize", "--yes", "--keys", KeyFile);

        run.ExitCode.Should().Be(0, string.Join('\n', run.Output.Concat(run.Errors)));
        run.Output.Should().Equal($"{User}: 1 message in 1 room made anonymous.", "Nothing names the user any more.");
        var shown = (await RunAsync("show", "lobby", "--keys", KeyFile)).Output.TakeLast(2).ToList();
        shown[0].Should().EndWith(": one").And.NotContain(User);
        shown[1].Should().EndWith("bob: two");
        (await KeyspaceAsync()).Keys.Should().NotContain(key => key.Contains(User, StringComparison.Ordinal));
    }

    /// <summary>The files of the archive that name the user: its indexes do, the contents are compressed.</summary>
    private List<string> InArchive() =>
        [.. Directory.EnumerateFiles(Archive, "*", SearchOption.AllDirectories).Where(file => File.ReadAllText(file).Contains(User, StringComparison.Ordinal)).Order(StringComparer.Ordinal)];

    private RedisMessageStore NewStore(bool isEncrypted) => new(
        RedisConnection.Shared(_server.ChatConnection), new RedisStoreOptions { KeyPrefix = Prefix }, null, encryption: isEncrypted ? new ChatEncryption(new FileKeyRing(KeyFile), rooms: null) : null);

    /// <summary>A room whose old messages, half of them the user's, are in the archive. It was prepared for that some time ago.</summary>
    private async Task FillAsync(bool isEncrypted)
    {
        Directory.CreateDirectory(Archive);
        await using (var store = NewStore(isEncrypted))
        {
            foreach (var numbers in Enumerable.Range(1, 600).Chunk(ChatLimits.MaxBatchSize))
            {
                await new Chat(store).SendManyAsync("lobby", [.. numbers.Select(n => new NewMessage(n % 2 == 0 ? User : "bob", $"text {n}"))], Cancelled);
            }

            await store.SealedAsync();
        }

        var (database, key) = (_server.Connection.GetDatabase(), $"{Prefix}:{{lobby}}");
        var now = (RedisResult[])(await database.ExecuteAsync("TIME"))!;
        var since = ((((long)now[0] - 600) * 1_000_000) + (long)now[1]).ToString(CultureInfo.InvariantCulture);
        await database.HashSetAsync(key, [new("archived", $"0 {since} 0"), new("uses", (string?)await database.HashGetAsync(key, "uses") + "o")]);
        string[] with = isEncrypted ? ["--keys", KeyFile] : [];
        (await RunAsync(["archive", "lobby", "--keep", "1", "--archive", Archive, .. with])).Output.Should().Equal("lobby: 3 runs of 128 ids moved.");
    }
}
