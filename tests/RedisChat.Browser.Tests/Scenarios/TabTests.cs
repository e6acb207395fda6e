using System.Collections.Concurrent;
using RedisChat.IntegrationTests;

namespace RedisChat.Browser.Tests;

/// <summary>Many tabs of a user share one event stream.</summary>
public sealed class TabTests(Chromium chromium, TestServer server)
{
    private const string Room = "talk";

    [Fact]
    public async Task Eight_tabs_share_one_stream_and_stay_live_when_the_tab_that_holds_it_closes()
    {
        await using var site = await ChatSite.StartAsync(chromium, server.Require(), nodes: 1);
        var tabs = new List<ChatPage> { await site.OpenAsync("alice", Room) };
        var streams = new ConcurrentQueue<string>();
        tabs[0].Tab.Context.Request += (_, request) =>
        {
            if (request.Method == "POST" && request.Url.EndsWith("/chat/stream", StringComparison.Ordinal))
            {
                streams.Enqueue(request.Url);
            }
        };

        // Over HTTP/1.1 a browser opens six connections to a host: streams of their own would leave none for the rest.
        while (tabs.Count < 8)
        {
            tabs.Add(await site.OpenAsync("alice", Room));
        }

        var bob = await site.OpenAsync("bob", Room);
        await bob.SendAsync("hello to all tabs");
        await tabs[7].SendAsync("hello from the last one");
        await site.SettleAsync(Room, [bob, .. tabs]);
        streams.Should().BeEmpty("the first tab has the stream");

        await tabs[0].Tab.CloseAsync();
        tabs.RemoveAt(0);
        await bob.SendAsync("the first one is gone");
        foreach (var tab in tabs)
        {
            await tab.ShowsAsync("the first one is gone");
        }

        await tabs[0].SendAsync("we are still here");
        await site.SettleAsync(Room, [bob, .. tabs]);
        streams.Should().ContainSingle("one of the others opened it again");
    }
}
