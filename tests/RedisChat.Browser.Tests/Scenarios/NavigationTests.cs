using Microsoft.Playwright;
using RedisChat.IntegrationTests;
using static Microsoft.Playwright.Assertions;

namespace RedisChat.Browser.Tests;

/// <summary>A page that is left and comes back, and a browser without network.</summary>
public sealed class NavigationTests(Chromium chromium, TestServer server)
{
    private const string Room = "talk";

    [Fact]
    public async Task A_page_that_is_left_and_comes_back_is_live_and_has_what_it_missed()
    {
        await using var site = await ChatSite.StartAsync(await chromium.RequireAsync(isWhole: true), server.Require());
        var alice = await site.OpenAsync("alice", Room, node: 0);
        var bob = await site.OpenAsync("bob", Room, node: 1);
        await bob.SendAsync("before");
        await alice.ShowsAsync("before");

        await alice.Tab.EvaluateAsync("() => window.isKept = true");
        await alice.Tab.GotoAsync($"{site.Nodes[0].Address}/icon.svg");
        await bob.SendAsync("meanwhile");
        await bob.HasSentAllAsync();

        // A page that is kept is not loaded again.
        await alice.Tab.GoBackAsync(new PageGoBackOptions { WaitUntil = WaitUntilState.Commit });
        await alice.ShowsAsync("meanwhile");
        (await alice.Tab.EvaluateAsync<bool>("() => window.isKept === true")).Should().BeTrue("the browser may keep a page that closes its stream");
        await alice.IsLiveAsync();

        await bob.SendAsync("after");
        await alice.ShowsAsync("after");
        await alice.SendAsync("answer");
        await site.SettleAsync(Room, alice, bob);
    }

    [Fact]
    public async Task What_is_written_without_network_arrives_once_when_it_is_back()
    {
        await using var site = await ChatSite.StartAsync(chromium, server.Require());
        var alice = await site.OpenAsync("alice", Room, node: 0);
        var bob = await site.OpenAsync("bob", Room, node: 1);
        await alice.SendAsync("before");
        await bob.ShowsAsync("before");

        await alice.Tab.Context.SetOfflineAsync(true);
        await alice.SendAsync("written offline");
        await Expect(alice.Messages.Filter(new() { HasText = "written offline" }).GetByTestId("waiting")).ToBeVisibleAsync(new() { Timeout = (float)ChatPage.Patience.TotalMilliseconds });
        await bob.SendAsync("meanwhile");
        await bob.ShowsAsync("meanwhile");
        (await site.StoredAsync(Room)).Select(message => message.Text).Should().NotContain("written offline");
        await alice.Tab.Context.SetOfflineAsync(false);

        await bob.ShowsAsync("written offline");
        await alice.ShowsAsync("meanwhile");
        await alice.HasStateAsync("online");
        var stored = await site.SettleAsync(Room, alice, bob);
        stored.Select(message => message.Text).Should().BeEquivalentTo("before", "meanwhile", "written offline");
    }
}
