using System.Text.Json;

namespace RedisChat.IntegrationTests.CommandLine;

/// <summary><c>redischat rooms</c> and <c>show</c>.</summary>
public sealed class ToolRoomTests(TestServer server) : ToolTests(server)
{
    private readonly TestServer _server = server;

    private const string Hostile = "a\u001b[2Jb\u202Ec\u0007d\u2028e";

    [Fact]
    public async Task An_output_that_cannot_be_written_is_an_error_and_not_a_reader_that_is_gone()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "/dev/full is a file of Linux.");
        await Chat.SendAsync("lobby", "alice", "hello", Cancelled);

        var run = await RunRedirectedAsync(">/dev/full", "rooms", "--json");

        run.ExitCode.Should().Be(1);
        run.Errors.Should().ContainSingle().Which.Should().Contain("No space left on device");
    }

    [Fact]
    public async Task Rooms_are_listed_and_filtered()
    {
        await CreateAsync("alpha", "Alpha", "first things");
        await CreateAsync("beta", "Beta", "");
        await CreateAsync("gamma", "Gamma", "");
        await Chat.SendAsync("beta", "bob", "hello", Cancelled);
        await Chat.Room("beta").Members.JoinAsync("bob", Cancelled);
        await Chat.Rooms.ArchiveAsync("gamma", Actor.Application, Cancelled);

        var all = await RunAsync("rooms");
        all.ExitCode.Should().Be(0);
        all.Errors.Should().BeEmpty();
        all.Output.Should().SatisfyRespectively(
            line => line.Should().Be("alpha: 0 messages, 0 members. Alpha: first things"),
            line => line.Should().MatchRegex(@"^beta: 1 message, the last at \d{4}-\d\d-\d\d \d\d:\d\d:\d\dZ, 1 member\. Beta$"),
            line => line.Should().Be("gamma: 0 messages, 0 members, archived. Gamma"));
        (await RunAsync("rooms", "--match", "THINGS")).Output.Should().ContainSingle().Which.Should().StartWith("alpha:");
        (await RunAsync("rooms", "--archived")).Output.Should().ContainSingle().Which.Should().StartWith("gamma:");
        (await RunAsync("rooms", "--inactive", "1h")).Output.Should().HaveCount(2).And.NotContain(line => line.StartsWith("beta", StringComparison.Ordinal));
        (await RunAsync("rooms", "--with-settings", "--order", "activity", "--inactive", "1h")).Output.Should().HaveCount(2).And.NotContain(line => line.StartsWith("beta", StringComparison.Ordinal));
    }

    [Fact]
    public async Task All_rooms_are_listed_and_those_with_settings_alone_if_wanted()
    {
        await CreateAsync("zeta", "A comes first", "");
        await CreateAsync("alpha", "Z comes last", "");
        await Chat.SendAsync("lobby", "bob", "hello", Cancelled);
        await Chat.Room("lobby").Thread(1).SendAsync("bob", "in a thread", Cancelled);
        await Chat.User("bob").Drafts.SaveAsync("lobby", "a draft", cancellationToken: Cancelled);
        var direct = (await Chat.Rooms.DirectAsync("alice", "bob", Cancelled)).Id;

        (await IdsAsync("rooms")).Should().Equal("alpha", direct, "lobby", "zeta");
        (await IdsAsync("rooms", "--with-settings")).Should().Equal("zeta", "alpha");
        (await RunAsync("rooms", "--match", "lob")).Output.Should().ContainSingle().Which.Should().MatchRegex("^lobby: 1 message, the last at .*, 0 members\\.$");

        async Task<IEnumerable<string>> IdsAsync(params string[] arguments)
        {
            var run = await RunAsync(arguments);
            run.ExitCode.Should().Be(0, string.Join('\n', run.Errors));
            return run.Output.Select(line => line[..line.IndexOf(':', StringComparison.Ordinal)]);
        }
    }

    [Theory]
    [InlineData]
    [InlineData("--with-settings")]
    [InlineData("--with-settings", "--order", "activity")]
    public async Task Rooms_are_listed_page_by_page(params string[] mode)
    {
        string[] rooms = ["{a}", "b: c", "d\"e", "f\u202Eg", "h'i j", "k"];
        foreach (var room in rooms)
        {
            await CreateAsync(room, room, "");
        }

        foreach (var limit in new[] { 2, 4, 6, 7 })
        {
            var found = new List<string>();
            for (string[] cursor = []; ;)
            {
                var run = await RunAsync(["rooms", "--limit", $"{limit}", "--json", .. mode, .. cursor]);
                var page = JsonSerializer.Deserialize(run.Output.Should().ContainSingle().Which, ChatJsonContext.Default.RoomPage)!;
                run.Errors.Should().BeEmpty();
                found.AddRange(page.Rooms.Select(room => room.Id));
                if (page.Cursor is null)
                {
                    break;
                }

                page.Rooms.Should().HaveCount(limit);
                (await RunAsync(["rooms", "--limit", $"{limit}", .. mode, .. cursor])).Errors.Should().Equal($"There are more: --cursor {page.Cursor}");
                cursor = ["--cursor", page.Cursor];
            }

            found.Should().BeEquivalentTo(rooms).And.OnlyHaveUniqueItems();
        }
    }

    [Fact]
    public async Task Rooms_that_are_damaged_or_being_deleted_do_not_hide_the_others()
    {
        foreach (var room in new[] { "a", "b", "c" })
        {
            await Chat.SendAsync(room, "alice", "hello", Cancelled);
        }

        var database = _server.Connection.GetDatabase();
        await database.StringSetAsync($"{Prefix}:{{broken}}", "of another program");
        await database.HashSetAsync($"{Prefix}:{{b}}", "epoch", "!");

        var run = await RunAsync("rooms");

        run.ExitCode.Should().Be(1);
        run.Errors.Should().ContainSingle().Which.Should().StartWith("broken: ");
        run.Output.Should().SatisfyRespectively(
            line => line.Should().StartWith("a: 1 message"),
            line => line.Should().StartWith("c: 1 message"),
            line => line.Should().StartWith("b: is being deleted or imported. "));
        var page = JsonSerializer.Deserialize((await RunAsync("rooms", "--json")).Output.Single(), ChatJsonContext.Default.RoomPage)!;
        page.BeingDeleted.Should().Equal("b");
        page.Rooms.Select(room => room.Id).Should().Equal("a", "c");

        // It is the one that a command for all rooms fails on.
        var trimmed = await RunAsync("trim", "--all", "--keep", "1");
        trimmed.ExitCode.Should().Be(1);
        trimmed.Errors.Should().ContainSingle().Which.Should().StartWith("broken: ");
        trimmed.Output.Should().Equal("3 rooms: 0 messages deleted; 1 room could not be trimmed.");
    }

    [Fact]
    public async Task Without_any_room_the_command_says_what_may_be_wrong()
    {
        var run = await RunAsync("rooms");

        run.ExitCode.Should().Be(0);
        run.Output.Should().BeEmpty();
        run.Errors.Should().ContainSingle().Which.Should().StartWith("There are no rooms. ");
        (await RunAsync("rooms", "--json")).Output.Should().Equal("""{"rooms":[],"beingDeleted":[]}""");
    }

    [Theory]
    [InlineData("--order is for rooms with settings", "--order", "activity")]
    [InlineData("--cursor is not one that this command has printed", "--cursor", "n616E6E")]
    [InlineData("--cursor is not one that this command has printed", "--cursor", "i616")]
    [InlineData("The cursor is not one that was returned before", "--with-settings", "--cursor", "i6161")]
    [InlineData("--limit must be a number from 1", "--limit", "0")]
    public async Task What_cannot_be_meant_is_refused(string error, params string[] arguments)
    {
        var run = await RunAsync(["rooms", .. arguments]);

        run.ExitCode.Should().Be(1);
        run.Output.Should().BeEmpty();
        run.Errors.Should().ContainSingle().Which.Should().StartWith(error);
    }

    [Fact]
    public async Task A_room_is_shown_with_its_settings_members_counts_and_messages()
    {
        await Chat.Rooms.CreateAsync(
            "lobby", new RoomAbout { Name = "Lobby", Topic = "All and nothing", Retention = new RetentionPolicy { MaxAge = TimeSpan.FromDays(90), MaxMessages = 5000 } },
            owner: "alice", cancellationToken: Cancelled);
        for (var n = 1; n <= 30; n++)
        {
            await Chat.SendAsync("lobby", new NewMessage(n % 2 == 0 ? "bob" : "alice", $"text {n}") { ReplyTo = n == 30 ? 29 : null }, Cancelled);
        }

        await Chat.Room("lobby").Reactions.AddAsync(29, "bob", "👍", Cancelled);
        await Chat.SendAsync(new ThreadId("lobby", 29).RoomId, "bob", "in the thread", Cancelled);
        await Chat.EditAsync("lobby", 28, Actor.Application, "changed", Cancelled);
        var position = (await Chat.ReceiveAsync("lobby", cancellationToken: Cancelled)).Position;

        var run = await RunAsync("show", "lobby", "--limit", "3");

        const string Time = @"\d{4}-\d\d-\d\d \d\d:\d\d:\d\dZ";
        run.ExitCode.Should().Be(0);
        run.Output.Should().SatisfyRespectively(
            line => line.Should().Be("lobby: Lobby"),
            line => line.Should().Be("  topic:      All and nothing"),
            line => line.Should().Be("  retention:  keeps messages for 90 d, at most the newest 5,000 messages"),
            line => line.Should().MatchRegex($"^  messages:   30, the last is #30 of {Time}$"),
            line => line.Should().Be("  members:    1: alice (owner)"),
            line => line.Should().Be($"  position:   {position}"),
            line => line.Should().BeEmpty(),
            line => line.Should().MatchRegex($@"^#28 {Time} bob: changed \(edited\)$"),
            line => line.Should().MatchRegex($"^#29 {Time} alice: text 29$"),
            line => line.Should().Be("    👍 1"),
            line => line.Should().Be("    thread: 1 reply by bob"),
            line => line.Should().MatchRegex($"^#30 {Time} bob to #29: text 30$"));
        run.Errors.Should().Equal("There are older ones: --before 28");
        (await RunAsync("show", "lobby", "--limit", "2", "--before", "28")).Output.TakeLast(2).Should().SatisfyRespectively(
            line => line.Should().StartWith("#26 "), line => line.Should().StartWith("#27 "));

        var json = Json(await RunAsync("show", "lobby", "--json", "--limit", "2"));
        json.GetProperty("info").GetProperty("about").GetProperty("name").GetString().Should().Be("Lobby");
        json.GetProperty("members").GetProperty("members")[0].GetProperty("user").GetString().Should().Be("alice");
        json.GetProperty("page").Deserialize(ChatJsonContext.Default.MessagePage)!.Messages.Select(message => message.Text).Should().Equal("text 29", "text 30");

        var thread = await RunAsync("show", new ThreadId("lobby", 29).RoomId);
        thread.Output[^1].Should().EndWith("bob: in the thread");
    }

    [Fact]
    public async Task A_room_that_does_not_exist_is_reported()
    {
        var run = await RunAsync("show", Hostile[..1] + "\u202E");

        run.ExitCode.Should().Be(1);
        run.Errors.Should().Equal("There is no room 'a\uFFFD'.");
    }

    [Fact]
    public async Task Text_from_others_cannot_move_the_cursor_or_start_a_line()
    {
        await CreateAsync("lobby", "Lob\u202Eby", "to\u2066pic");
        await Chat.SendAsync("lobby", "u\u202Eser", $"{Hostile}\nsecond", Cancelled);

        foreach (var arguments in new string[][] { ["rooms"], ["show", "lobby"], ["tail", "lobby", "--no-follow"], ["rooms", "--json"], ["show", "lobby", "--json"], ["tail", "lobby", "--no-follow", "--json"] })
        {
            var run = await RunAsync(arguments);
            run.ExitCode.Should().Be(0);
            run.Output.Concat(run.Errors).SelectMany(line => line).Should().NotContain(c => char.IsControl(c) || c == '\u202E' || c == '\u2066' || c == '\u2028');
        }

        (await RunAsync("show", "lobby")).Output[^1].Should().EndWith("u\uFFFDser: a\uFFFD[2Jb\uFFFDc\uFFFDd\uFFFDe\uFFFDsecond");
    }

    private Task<RoomCreation> CreateAsync(string room, string name, string topic) =>
        Chat.Rooms.CreateAsync(room, new RoomAbout { Name = name, Topic = topic }, cancellationToken: Cancelled);
}
