using System.Net.Sockets;
using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;
using RedisChat.IntegrationTests;

namespace RedisChat.Web.Tests;

public sealed class StalledClientTests(TestServer server)
{
    private const int Batch = 50;
    private const int Batches = 100;

    [Fact]
    public async Task A_client_that_takes_no_data_is_cut_off_and_the_others_receive_everything()
    {
        // The clock stands still until everything is sent, so the other client may be as slow as the machine makes it.
        var time = new FakeTimeProvider(DateTimeOffset.UtcNow);
        using var cutOff = new AwaitedLog("ClientCutOff");
        await using var node = await WebNode.StartAsync(
            server.Require(), $"test-{Guid.NewGuid():N}", options => options.WriteTimeout = TimeSpan.FromSeconds(1), services: services => services.AddSingleton<ILoggerProvider>(cutOff).AddSingleton<TimeProvider>(time));
        using var stalled = await StallAsync(node, "rooms/lobby/events");
        using var good = await EventStreamReader.OpenAsync(node.As("alice"), "rooms/lobby/events");
        await good.ReadToAsync("caughtUp");

        // 15 MB: more than the kernel and the server keep for a connection.
        var text = new string('x', 3000);
        for (var batch = 0; batch < Batches; batch++)
        {
            await node.Chat.SendManyAsync("lobby", [.. Enumerable.Range(0, Batch).Select(i => new NewMessage("bob", $"{(batch * Batch) + i} {text}"))]);
            for (var i = 0; i < Batch; i++)
            {
                (await good.ReadToAsync(frame => frame.Kind is "created" or "gap")).Text.Should().StartWith($"{(batch * Batch) + i} ");
            }
        }

        var logged = cutOff.Logged;
        while (!logged.IsCompleted)
        {
            time.Advance(TimeSpan.FromSeconds(1));
            await Task.WhenAny(logged, Task.Delay(50));
        }

        await logged;
        await node.Chat.SendAsync("lobby", "bob", "after");
        (await good.ReadToAsync("created")).Text.Should().Be("after");
    }

    /// <summary>Opens a stream and never reads it.</summary>
    private static async Task<Socket> StallAsync(WebNode node, string path)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { ReceiveBufferSize = 4096 };
        await socket.ConnectAsync(node.Address.Host, node.Address.Port, Limit.Token);
        var request = $"GET {new Uri(node.Address, path).AbsolutePath} HTTP/1.1\r\nHost: {node.Address.Authority}\r\n{HeaderAuthentication.Header}: eve\r\n\r\n";
        await socket.SendAsync(Encoding.ASCII.GetBytes(request), Limit.Token);
        return socket;
    }
}
