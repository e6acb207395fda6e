using RedisChat.IntegrationTests.Sample;
using RedisChat.Redis;

namespace RedisChat.IntegrationTests.CommandLine;

/// <summary><c>redischat keys</c>, and the option <c>--keys</c> of the others.</summary>
public sealed class ToolKeysTests(TestServer server) : ToolTests(server), IAsyncLifetime
{
    private readonly TestServer _server = server;
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("redischat-keys-");
    private RedisMessageStore _encrypted = null!;
    private FileKeyRing _ring = null!;

    private string KeyFile => Path.Combine(_folder.FullName, "keys");

    private Chat Encrypted => new(_encrypted);

    public ValueTask InitializeAsync()
    {
        _ring = new FileKeyRing(KeyFile);
        _encrypted = Open();
        return default;
    }

    private RedisMessageStore Open() => new(
        RedisConnection.Shared(_server.ChatConnection), new RedisStoreOptions { KeyPrefix = Prefix }, null, encryption: new ChatEncryption(_ring, room => room != "plain"));

    public new async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        await _encrypted.DisposeAsync();
        _folder.Delete(recursive: true);
        await base.DisposeAsync();
    }

    [Fact]
    public async Task Commands_read_and_write_encrypted_rooms_with_the_keys_and_refuse_without()
    {
        await Encrypted.SendAsync("lobby", "alice", "Good morning", Cancelled);
        await Encrypted.SendAsync("plain", "alice", "Good evening", Cancelled);

        var shown = await RunAsync("show", "lobby", "--keys", KeyFile);
        shown.ExitCode.Should().Be(0, string.Join('\n', shown.Errors));
        shown.Output[^1].Should().EndWith("alice: Good morning");
        (await RunAsync("tail", "lobby", "--no-follow", "--keys", KeyFile)).Output.Should().ContainSingle().Which.Should().EndWith("alice: Good morning");
        (await RunAsync("send", "lobby", "--user", "bob", "--text", "Hello", "--keys", KeyFile)).Output.Should().Equal("Sent #2.");
        (await RunAsync("send", "plain", "--user", "bob", "--text", "Hello", "--keys", KeyFile)).Output.Should().Equal("Sent #2.");

        // What the command sent is encrypted where the application encrypts, and only there.
        var (open, secret) = (await Chat.ReceiveAsync("plain", new MessageQuery(10), Cancelled), await Chat.ReceiveAsync("lobby", new MessageQuery(10), Cancelled));
        open.Messages.Should().HaveCount(2);
        secret.Unreadable.Should().HaveCount(2);
        (await Encrypted.ReceiveAsync("lobby", new MessageQuery(10), Cancelled)).Messages.Select(message => message.Text).Should().Equal("Good morning", "Hello");

        var before = await SettledAsync();
        foreach (var arguments in new[] { new[] { "show", "lobby" }, ["tail", "lobby", "--no-follow"], ["send", "lobby", "--user", "bob", "--text", "plain text"] })
        {
            var without = await RunAsync(arguments);
            without.ExitCode.Should().Be(1, string.Join('\n', without.Output));
            without.Output.Should().BeEmpty();
            without.Errors.Should().ContainSingle().Which.Should().Contain("is encrypted, and this chat has no keys").And.EndWith("With redischat: --keys FILE.");
        }

        await ShouldBeUnchangedAsync(before);
        (await RunAsync("show", "plain")).ExitCode.Should().Be(0);
    }

    [Fact]
    public async Task Keys_are_rotated_wrapped_again_and_deleted()
    {
        foreach (var room in new[] { "lobby", "plain", "zoo" })
        {
            if (room != "zoo")
            {
                await Encrypted.Rooms.CreateAsync(room, new RoomAbout { Name = room }, cancellationToken: Cancelled);
            }

            await Encrypted.SendAsync(room, "alice", "one", Cancelled);
        }

        await Encrypted.User("alice").Drafts.SaveAsync("lobby", "a draft", cancellationToken: Cancelled);
        (await RunAsync("keys", "rotate", "lobby", "--keys", KeyFile)).Output.Should().Equal("lobby: 1 new key.");
        (await RunAsync("keys", "rotate", "--all", "--keys", KeyFile)).Output.Should().Equal("lobby: 1 new key.", "zoo: 1 new key.", "user alice: 1 new key.", "3 rooms and 1 user, 3 with keys: 3 new keys.");
        (await RunAsync("keys", "rewrap", "--all", "--keys", KeyFile)).Output.Should().Equal("3 rooms and 1 user, 3 with keys: 0 keys wrapped again.");
        await Encrypted.SendAsync("lobby", "alice", "two", Cancelled);

        (await RunAsync("keys", "add-master", "--keys", KeyFile)).Output.Should().Equal($"{KeyFile}: 2 master keys. The new one wraps from now on.");
        (await RunAsync("keys", "rewrap", "lobby", "--keys", KeyFile)).Output.Should().Equal("lobby: 3 keys wrapped again.");
        var user = Json(await RunAsync("keys", "rewrap", "--user", "alice", "--keys", KeyFile, "--json"));
        (user.GetProperty("user").GetString(), user.GetProperty("changed").GetInt32(), user.GetProperty("keys").GetInt32()).Should().Be(("alice", 2, 2));
        await Encrypted.User("bob").Drafts.SaveAsync("lobby", "another draft", cancellationToken: Cancelled);
        var old = File.ReadAllLines(KeyFile);
        (await RunAsync("keys", "add-master", "--keys", KeyFile)).Output.Should().Equal($"{KeyFile}: 3 master keys. The new one wraps from now on.");
        (await RunAsync("keys", "rewrap", "--all", "--keys", KeyFile)).Output.Should().Equal(
            "lobby: 3 keys wrapped again.", "zoo: 2 keys wrapped again.", "user alice: 2 keys wrapped again.", "user bob: 1 key wrapped again.", "3 rooms and 2 users, 4 with keys: 8 keys wrapped again.");

        // Nothing needs the earlier master keys any more.
        File.WriteAllLines(KeyFile, File.ReadAllLines(KeyFile).Where(line => !old.Contains(line)));
        await using (var other = Open())
        {
            (await new Chat(other).User("alice").Drafts.GetAsync("lobby", Cancelled))!.Text.Should().Be("a draft");
        }

        var shown = await RunAsync("show", "lobby", "--keys", KeyFile);
        shown.Output.TakeLast(2).Select(line => line[^10..]).Should().Equal("alice: one", "alice: two");

        var before = await SettledAsync();
        var unsure = await RunAsync("keys", "shred", "lobby", "--keys", KeyFile);
        unsure.ExitCode.Should().Be(1);
        unsure.Errors.Should().ContainSingle().Which.Should().EndWith("Repeat the command with --yes if you mean it.");
        await ShouldBeUnchangedAsync(before);
        (await RunAsync("keys", "shred", "lobby", "--yes", "--keys", KeyFile)).Output.Should().Equal("lobby: 3 keys deleted.");
        (await RunAsync("show", "lobby", "--keys", KeyFile)).Output[^1].Should().Be("2 of these could not be read and are left out: #1, #2.");
        (await RunAsync("show", "zoo", "--keys", KeyFile)).Output[^1].Should().EndWith("alice: one");
    }

    [Fact]
    public async Task What_cannot_be_meant_is_refused_before_anything_changes()
    {
        await Encrypted.SendAsync("lobby", "alice", "one", Cancelled);
        await Encrypted.SendAsync("plain", "alice", "one", Cancelled);
        var before = await SettledAsync();
        var missing = Path.Combine(_folder.FullName, "none");
        var damaged = Path.Combine(_folder.FullName, "damaged");
        File.WriteAllText(damaged, "nothing\n");

        await RefusedAsync("Say where the master keys are: --keys FILE, that of the application.", "keys", "rotate", "lobby");
        await RefusedAsync($"There is no file '{missing}': --keys names the application's file with master keys.", "keys", "rotate", "lobby", "--keys", missing);
        File.Exists(missing).Should().BeFalse();
        await RefusedAsync("The key file has a line that is not a key: eight hex digits, a space, and 32 bytes in Base64. Restore it from a backup; without its keys, messages cannot be read.", "show", "lobby", "--keys", damaged);
        foreach (var command in new[] { new[] { "rotate" }, ["rewrap"], ["shred", "--yes"] })
        {
            await RefusedAsync("The room 'plain' has no data keys: nothing is encrypted with them. Nothing was done.", ["keys", .. command, "plain", "--keys", KeyFile]);
        }

        await RefusedAsync("Name a room, or give --all, or --user, but not more than one.", "keys", "rotate", "lobby", "--user", "alice", "--keys", KeyFile);
        await RefusedAsync("Name a room, or give --user, but not both.", "keys", "shred", "--yes", "--keys", KeyFile);
        await ShouldBeUnchangedAsync(before);

        async Task RefusedAsync(string error, params string[] arguments)
        {
            var run = await RunAsync(arguments);
            run.ExitCode.Should().Be(1);
            run.Errors.Should().Equal(error);
        }
    }

    [Fact]
    public async Task A_key_file_is_created_for_its_owner_and_gets_further_keys_without_a_server_and_without_showing_one()
    {
        var file = Path.Combine(_folder.FullName, "new", "chat keys");
        ConsoleRun[] runs =
        [
            await ToolProcess.RunAsync("keys", "add-master", "--keys", file),
            await ToolProcess.RunAsync("keys", "add-master", "--keys", file),
            await ToolProcess.RunAsync("keys", "add-master", "--keys", file, "--json"),
        ];

        runs.Should().OnlyContain(run => run.ExitCode == 0 && run.Errors.Count == 0);
        runs[0].Output.Should().Equal($"{file}: created, with one master key.");
        runs[1].Output.Should().Equal($"{file}: 2 master keys. The new one wraps from now on.");
        Json(runs[2]).GetRawText().Should().Be($$"""{"file":"{{file}}","created":false,"masterKeys":3}""");
        var keys = File.ReadAllLines(file).Select(line => line.Split(' ')[1][..8]).ToList();
        keys.Should().HaveCount(3).And.OnlyHaveUniqueItems();
        runs.SelectMany(run => run.Output).Should().NotContain(line => keys.Any(key => line.Contains(key, StringComparison.Ordinal)));
        if (!OperatingSystem.IsWindows())
        {
            File.GetUnixFileMode(file).Should().Be(UnixFileMode.UserRead | UnixFileMode.UserWrite);

            File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.OtherRead);
            var open = await ToolProcess.RunAsync("keys", "add-master", "--keys", file);
            open.ExitCode.Should().Be(0);
            open.Errors.Should().ContainSingle().Which.Should().EndWith($": chmod 600 {file}");
        }
    }

    [Fact]
    public async Task A_master_key_is_not_added_to_what_is_no_key_file()
    {
        var damaged = Path.Combine(_folder.FullName, "damaged");
        File.WriteAllText(damaged, "nothing\n");

        foreach (var (error, arguments) in new[]
        {
            ("Say which file is to get a master key: --keys FILE. If it does not exist, it is created.", Array.Empty<string>()),
            ("The key file has a line that is not a key: ", ["--keys", damaged]),
            ("", ["--keys", _folder.FullName]),
            ("", ["--keys", Path.Combine(damaged, "below a file")]),
        })
        {
            var run = await ToolProcess.RunAsync(["keys", "add-master", .. arguments]);
            run.ExitCode.Should().Be(1);
            run.Output.Should().BeEmpty();
            run.Errors.Should().ContainSingle().Which.Should().StartWith(error).And.NotContain("error of redischat itself");
        }

        File.ReadAllText(damaged).Should().Be("nothing\n");
    }

    private async Task<Dictionary<string, string>> SettledAsync()
    {
        await _encrypted.SealedAsync();
        await _encrypted.DirectoryKeptAsync();
        return await KeyspaceAsync();
    }
}
