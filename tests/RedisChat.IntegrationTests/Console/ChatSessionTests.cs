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
    public async Task A_text_may_begin_with_a_slash()
    {
        var (_, texts) = await RunAsync(isTyped: false, "//help", "//", "///", "// a comment", "1/2 //");

        texts.Should().Equal("/help", "/", "//", "/ a comment", "1/2 //");
    }

    private static async Task<(string[] Output, string[] Texts)> RunAsync(bool isTyped, params string[] lines)
    {
        var room = new Chat(new InMemoryMessageStore()).Room("lobby");
        using var output = new StringWriter();
        using var errors = new StringWriter();
        using var input = new StringReader(string.Join('\n', lines));
        using var session = new ChatSession(room, "alice", Printer.To(output, errors), input, isTyped);

        (await session.OpenAsync(Cancelled)).Should().BeTrue();
        await session.RunAsync(Cancelled);

        errors.ToString().Should().BeEmpty();
        var page = await room.ReceiveAsync(cancellationToken: Cancelled);
        return (output.ToString().ReplaceLineEndings("\n").Split('\n', StringSplitOptions.RemoveEmptyEntries), [.. page.Messages.Select(message => message.Text)]);
    }
}
