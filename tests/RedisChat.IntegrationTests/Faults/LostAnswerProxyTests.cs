using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace RedisChat.IntegrationTests.Faults;

/// <summary>The proxy loses the answer that it is told to lose, and none before it, however the commands and the answers come.</summary>
public sealed class LostAnswerProxyTests
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Of_commands_that_are_sent_together_the_answers_before_the_lost_one_get_through_and_no_later_command_is_run()
    {
        await using var redis = await RedisProcess.StartAsync();
        await using var proxy = new LostAnswerProxy(new IPEndPoint(IPAddress.Loopback, redis.Port), "test:");

        // The first answer comes in several parts, and the others in one.
        var large = new string('x', 300_000);
        await redis.AskAsync("SET", "large", large);
        await redis.AskAsync("SET", "list", "[1]");
        proxy.Lose(command => command == 2);

        var answers = await SendAsync(proxy, ["GET", "large"], ["SET", "test:0", "a"], ["MGET", "list", "none"], ["SET", "test:1", "b"], ["SET", "test:2", "c"], ["SET", "test:3", "d"]);

        answers.Should().Be($"${large.Length}\r\n{large}\r\n+OK\r\n*2\r\n$3\r\n[1]\r\n$-1\r\n+OK\r\n");
        (await redis.AskAsync("MGET", "test:0", "test:1", "test:2")).Should().Equal("a", "b", "c");
        (await redis.AskAsync("EXISTS", "test:3")).Should().Equal("0");
        (proxy.Commands, proxy.Lost).Should().Be((3, 1));
    }

    [Fact]
    public async Task Events_of_a_subscription_are_not_taken_for_answers()
    {
        await using var redis = await RedisProcess.StartAsync();
        await using var proxy = new LostAnswerProxy(new IPEndPoint(IPAddress.Loopback, redis.Port), "test:");
        proxy.Lose(command => command == 1);

        var answers = await SendAsync(proxy, ["HELLO", "3"], ["SUBSCRIBE", "a", "b"], ["PUBLISH", "a", "hello"], ["SET", "test:0", "a"], ["SET", "test:1", "b"]);

        answers.Should().Contain("hello").And.EndWith("+OK\r\n");
        (await redis.AskAsync("GET", "test:1")).Should().Equal("b");
        proxy.Lost.Should().Be(1);
    }

    /// <summary>Sends commands together, and returns what comes until the connection is cut.</summary>
    private static async Task<string> SendAsync(LostAnswerProxy proxy, params string[][] commands)
    {
        using var client = new TcpClient();
        await client.ConnectAsync((IPEndPoint)proxy.EndPoint, Cancelled);
        var request = string.Concat(commands.Select(words =>
            string.Create(CultureInfo.InvariantCulture, $"*{words.Length}\r\n") + string.Concat(words.Select(word => string.Create(CultureInfo.InvariantCulture, $"${word.Length}\r\n{word}\r\n")))));
        await client.GetStream().WriteAsync(Encoding.ASCII.GetBytes(request), Cancelled);
        using var reader = new StreamReader(client.GetStream(), Encoding.ASCII);
        return await reader.ReadToEndAsync(Cancelled).WaitAsync(TimeSpan.FromSeconds(30), Cancelled);
    }
}
