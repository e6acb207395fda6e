using System.Net;
using System.Net.Sockets;
using static RedisChat.IntegrationTests.Sample.ConsoleProcess;
using static RedisChat.IntegrationTests.Sample.ConsoleRun;

namespace RedisChat.IntegrationTests.Sample;

/// <summary>What the console sample refuses, and how it says so.</summary>
public sealed class ConsoleErrorTests
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("There is no option '--colour'", "--colour", "red")]
    [InlineData("--port must be a number", "--port", "many")]
    [InlineData("--room needs a value", "--room")]
    [InlineData("--redis: .*not valid", "--redis", "host,nonsense=1")]
    [InlineData("--redis: .*scheme", "--redis", "https://user:secret@host")]
    [InlineData("--redis: .*comma in a password", "--redis", "host,password=a,b")]
    public async Task A_bad_command_line_gives_one_line_and_exit_code_1(string says, params string[] arguments) =>
        ShouldHaveFailed(await RunAsync([], arguments), says);

    [Fact]
    public async Task An_unreachable_server_gives_one_line_and_exit_code_1() =>
        ShouldHaveFailed(await RunAsync([], "--redis", $"redis://127.0.0.1:{FreePort()}"), "^The room cannot be opened. The room could not be read within 10 s. Redis is not available");

    [Fact]
    public async Task A_port_that_is_taken_gives_one_line_and_exit_code_1()
    {
        var port = FreePort();
        using var listener = new TcpListener(IPAddress.Loopback, port);
        listener.Start();
        var answering = AnswerLikeAWebServerAsync(listener);

        ShouldHaveFailed(await RunAsync([], "--port", $"{port}"), $"Port {port} is taken by something that is not Redis");
        listener.Stop();
        await answering;
    }

    [Fact]
    public async Task A_directory_that_cannot_be_used_gives_one_line_and_exit_code_1()
    {
        var file = Path.GetTempFileName();

        ShouldHaveFailed(await RunAsync([], "--port", $"{FreePort()}", "--data", Path.Combine(file, "below")), "directory of --data cannot be used");
        File.Delete(file);
    }

    [Theory]
    [InlineData("/dance", "There is no command /dance")]
    [InlineData("/edit 1", "/edit ID TEXT")]
    [InlineData("/reply 1", "/reply ID TEXT")]
    [InlineData("/reply 5 yes", "Message 5, which is replied to, does not exist")]
    [InlineData("/delete one", "/delete ID")]
    [InlineData("/history 0", "from 1 to 1000")]
    [InlineData("/from", "/from USER")]
    [InlineData("<too long>", "20000 bytes")]
    public async Task A_refused_line_gives_one_line_and_the_chat_continues(string line, string says)
    {
        var run = await RunAsync([line == "<too long>" ? new string('x', 20_000) : line, "hello"], "--store", "memory", "--user", "alice");

        run.ExitCode.Should().Be(0);
        run.Errors.Should().ContainSingle().Which.Should().Contain(says);
        run.Output.Should().ContainSingle().Which.Should().MatchRegex($"^#1 {Time} alice: hello$");
    }

    private static async Task AnswerLikeAWebServerAsync(TcpListener listener)
    {
        try
        {
            while (true)
            {
                using var client = await listener.AcceptTcpClientAsync(Cancelled);
                await client.GetStream().WriteAsync("HTTP/1.1 400 Bad Request\r\n\r\n"u8.ToArray(), Cancelled);
            }
        }
        catch (Exception e) when (e is SocketException or IOException or ObjectDisposedException)
        {
            // The test has stopped it.
        }
    }
}
