using System.Diagnostics;
using System.Text;

namespace RedisChat.IntegrationTests.CommandLine;

/// <summary>The command on a terminal, which the program <c>script</c> provides.</summary>
public sealed class ToolTerminalTests
{
    private const string Password = "hunter2-Zq";
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task A_password_is_asked_for_and_not_shown()
    {
        await using var redis = await RedisProcess.StartAsync("--requirepass", Password);
        await using (var administrator = await StackExchange.Redis.ConnectionMultiplexer.ConnectAsync($"{redis.Configuration},password={Password}"))
        {
            await using var store = new RedisMessageStore(administrator);
            await new Chat(store).SendAsync("lobby", "alice", "hello", TestContext.Current.CancellationToken);
        }

        var shown = await RunAsync($"show lobby --ask-password --redis {redis.Configuration}", "Password: ", $"{Password}x\u007f\r");

        shown.Should().Contain("alice: hello").And.NotContain("hunter2");
    }

    [Fact]
    public async Task A_room_is_deleted_after_its_id_was_typed()
    {
        await using var redis = await RedisProcess.StartAsync();
        await using var administrator = await redis.ConnectAsync();
        await using var store = new RedisMessageStore(administrator);
        var chat = new Chat(store);
        await chat.SendAsync("lobby", "alice", "hello", TestContext.Current.CancellationToken);

        (await RunAsync($"delete-room lobby --redis {redis.Configuration}", "Type its id", "lobbi\r")).Should().Contain("Nothing was deleted.");
        (await chat.Rooms.GetInfoAsync("lobby", TestContext.Current.CancellationToken)).Exists.Should().BeTrue();
        (await RunAsync($"delete-room lobby --redis {redis.Configuration}", "Type its id", "lobby\r")).Should().Contain("lobby: 1 message and 0 members deleted.");
        (await chat.Rooms.GetInfoAsync("lobby", TestContext.Current.CancellationToken)).Exists.Should().BeFalse();
    }

    /// <summary>Runs it, types something once it has printed a prompt, and returns all that the terminal has shown.</summary>
    private static async Task<string> RunAsync(string arguments, string prompt, string typed)
    {
        if (!ChildProcess.Exists("script"))
        {
            TestServer.SkipOrFail("The test needs a terminal, and there is no program 'script' on the PATH, which Linux distributions have in util-linux or bsdutils.");
        }

        var tool = ToolProcess.Describe([]);
        var start = new ProcessStartInfo("script") { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var argument in new[] { "-qec", $"'{tool.FileName}' '{tool.ArgumentList[0]}' {arguments}", "/dev/null" })
        {
            start.ArgumentList.Add(argument);
        }

        start.Environment["TERM"] = "xterm";
        using var process = Process.Start(start)!;
        try
        {
            var shown = new StringBuilder();
            var buffer = new char[1024];
            var isTyped = false;
            while (await process.StandardOutput.ReadAsync(buffer.AsMemory(), TestContext.Current.CancellationToken).AsTask().WaitAsync(Timeout) is > 0 and var length)
            {
                shown.Append(buffer, 0, length);
                if (!isTyped && shown.ToString().Contains(prompt, StringComparison.Ordinal))
                {
                    isTyped = true;
                    await process.StandardInput.WriteAsync(typed);
                    await process.StandardInput.FlushAsync();
                }
            }

            await process.WaitForExitAsync(TestContext.Current.CancellationToken).WaitAsync(Timeout);
            return shown.ToString();
        }
        finally
        {
            if (!process.HasExited)
            {
                process.Kill(entireProcessTree: true);
            }
        }
    }
}
