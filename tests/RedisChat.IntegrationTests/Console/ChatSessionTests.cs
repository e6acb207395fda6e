using RedisChat.ConsoleHost;

namespace RedisChat.IntegrationTests.Sample;

/// <summary>The console's session on a store in memory.</summary>
public sealed class ChatSessionTests
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task At_a_terminal_a_line_that_is_sent_is_on_the_screen_once()
    {
        var (output, texts) = await RunAsync(isTyped: true, "hello", "/edit 1 hi");

        texts.Should().Equal("hi");
        output.Should().HaveCount(2);
        output[0].Should().MatchRegex(@"^#1 \d\d:\d\d:\d\d sent$");
        output[1].Should().MatchRegex(@"^#1 \d\d:\d\d:\d\d alice: hi \(edited\)$");
    }

    [Fact]
    public async Task Where_lines_are_piped_in_a_line_that_is_sent_is_printed()
    {
        var (output, texts) = await RunAsync(isTyped: false, "hello");

        texts.Should().Equal("hello");
        output.Should().ContainSingle().Which.Should().MatchRegex(@"^#1 \d\d:\d\d:\d\d alice: hello$");
    }

    [Fact]
    public void A_message_that_was_found_is_shown_with_its_matches_and_cleaned()
    {
        using var output = new StringWriter();
        var message = new Message { Id = 7, User = "b\u202eob", Text = "the \u001b[2Jneedle", Timestamp = DateTimeOffset.UnixEpoch };
        Printer.To(output, output, TimeZoneInfo.Utc).Found(
            new SearchHit
            {
                Room = new ThreadId("lobby", 3).RoomId,
                Message = message,
                Highlights = [new TextRange(8, 6)],
                Snippet = new SearchSnippet { Text = message.Text, Highlights = [new TextRange(8, 6)] },
            },
            own: false);

        output.ToString().Should().Be("#7 00:00:00 b\ufffdob in the thread of #3: the \ufffd[2J*needle*" + Environment.NewLine);
    }

    [Fact]
    public async Task A_text_may_begin_with_a_slash()
    {
        var (_, texts) = await RunAsync(isTyped: false, "//help", "//", "///", "// a comment", "1/2 //");

        texts.Should().Equal("/help", "/", "//", "/ a comment", "1/2 //");
    }

    [Fact]
    public async Task The_owner_describes_archives_and_deletes_the_room_and_writes_to_another_user()
    {
        var (output, texts) = await RunAsync(
            isTyped: true, "/claim", "/rename The \u202eLobby", "/topic What is new", "hello", "/rooms", "/archive", "/unarchive", "/dm bob", "/dm bob hi bob", "/dm bob", "/delete-room", "/rooms");

        texts.Should().BeEmpty();
        var screen = string.Join('\n', output);
        screen.Should().Contain("This room is The \ufffdLobby: What is new").And.Contain("The \ufffdLobby (lobby): 1 messages, the last at").And.Contain("The room is read-only.")
            .And.Contain("You and bob have not written to each other.").And.Contain("Sent to bob.").And.MatchRegex("#1 .* alice: hi bob")
            .And.Contain("Deleted the room with everything in it.").And.Contain("No room has a name or a topic.");
    }

    [Fact]
    public async Task Replies_are_shown_with_what_they_refer_to_and_its_text_is_cleaned_too()
    {
        var (output, _) = await RunAsync(isTyped: false, "\u202eevil\u001b[2J", "/reply #1 yes", "/reply 1 no", $"/reply 2 {new string('x', 50)}", "/reply 4 z", "/delete 1", "/history");

        output[1].Should().MatchRegex(@"^#2 \S+ alice to #1: yes$");
        output[^4].Should().MatchRegex(@"^#2 \S+ alice to #1 \(deleted\): yes$");
        output[^2].Should().MatchRegex(@"^#4 \S+ alice to #2 \(alice: yes\): x{50}$");
        output[^1].Should().MatchRegex(@"^#5 \S+ alice to #4 \(alice: x{40}…\): z$");
    }

    [Fact]
    public async Task A_thread_is_entered_and_left_and_the_room_says_what_is_in_it()
    {
        var (output, texts) = await RunAsync(isTyped: false, "hello", "/thread #1", "a reply", "/thread 1", "/join", "/inbox", "/room", "/room", "back");

        texts.Should().Equal("hello", "back");
        var screen = string.Join('\n', output);
        screen.Should().Contain("The thread of #1.").And.MatchRegex("#1 .* alice: a reply").And.Contain("thread 1 of room lobby: 0 unread. alice: a reply")
            .And.Contain("#1 has 1 reply by alice: /thread 1").And.Contain("This is not a thread.");
    }

    [Fact]
    public async Task The_quoted_text_of_another_user_is_cleaned()
    {
        var (output, _) = await RunAsync(isTyped: false, "\u202eevil", "/reply #1 yes", "/history 1");

        output[^1].Should().MatchRegex(@"^#2 \S+ alice to #1 \(alice: \ufffdevil\): yes$");
    }

    private static async Task<(string[] Output, string[] Texts)> RunAsync(bool isTyped, params string[] lines)
    {
        var chat = new Chat(new InMemoryMessageStore());
        var room = chat.Room("lobby");
        using var output = new StringWriter();
        using var errors = new StringWriter();
        using var input = new StringReader(string.Join('\n', lines));
        for (var next = room; next is not null;)
        {
            using var session = new ChatSession(chat, next, "alice", Printer.To(output, errors), input, isTyped);
            (await session.OpenAsync(Cancelled)).Should().BeTrue();
            next = await session.RunAsync(Cancelled);
        }

        errors.ToString().ReplaceLineEndings("").Should().Match(text => text == "" || text.Contains("no threads of its own"));
        var page = await room.ReceiveAsync(cancellationToken: Cancelled);
        return (output.ToString().ReplaceLineEndings("\n").Split('\n', StringSplitOptions.RemoveEmptyEntries), [.. page.Messages.Select(message => message.Text)]);
    }
}
