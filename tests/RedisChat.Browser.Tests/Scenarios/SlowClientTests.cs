using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text;
using RedisChat.IntegrationTests;

namespace RedisChat.Browser.Tests;

/// <summary>A client that reads nothing does not hold up the others.</summary>
public sealed class SlowClientTests(Chromium chromium, TestServer server)
{
    private const string Room = "talk";

    [Fact]
    public async Task A_client_that_never_reads_is_cut_off_and_the_page_beside_it_has_everything()
    {
        await using var site = await ChatSite.StartAsync(chromium, server.Require(), nodes: 1);
        var bob = await site.OpenAsync("bob", Room);
        var states = await bob.RecordStatesAsync();
        using var stalled = await StallAsync(site.Nodes[0]);

        var isCut = site.Nodes[0].WritesAsync("A client was cut off");
        var sent = 0;
        while (!isCut.IsCompleted && sent < 2_000)
        {
            // More than the buffers of both ends hold, at a rate that the page can follow.
            await site.Chat.SendAsync(Room, "alice", $"{++sent} {new string('x', 12 * 1024)}");
            if (sent % 20 == 0)
            {
                await bob.ShowsAsync($"{sent} x");
            }
        }

        await isCut;
        await IsEndedAsync(stalled);
        await site.Chat.SendAsync(Room, "alice", "the last one");
        await bob.ShowsAsync("the last one");
        (await bob.ShownAsync()).Should().Equal(await site.StoredAsync(Room));
        (await states()).Where(state => state != "online").Should().BeEmpty("the page was online all the time");
        bob.Trouble.Should().BeEmpty();
    }

    // Reads what the buffers hold, and then the end or the reset.
    private static async Task IsEndedAsync(Socket socket)
    {
        using var patience = new CancellationTokenSource(ChatPage.Patience);
        var buffer = new byte[64 * 1024];
        try
        {
            while (await socket.ReceiveAsync(buffer, patience.Token) > 0)
            {
            }
        }
        catch (SocketException)
        {
            // The server reset the connection.
        }
    }

    private static async Task<Socket> StallAsync(WebChatNode node)
    {
        using var client = new HttpClient();
        var signedIn = await client.PostAsJsonAsync($"{node.Address}/sign-in", new { name = "mallory" });
        var cookie = signedIn.Headers.GetValues("Set-Cookie").Single().Split(';')[0];

        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { ReceiveBufferSize = 4096 };
        await socket.ConnectAsync("127.0.0.1", node.Port);
        var body = $$"""{"rooms":[{"room":"{{Room}}"}]}""";
        await socket.SendAsync(Encoding.ASCII.GetBytes(
            $"POST /chat/stream HTTP/1.1\r\nHost: 127.0.0.1:{node.Port}\r\nCookie: {cookie}\r\nContent-Type: application/json\r\nContent-Length: {body.Length}\r\n\r\n{body}"));
        return socket;
    }
}
