using Microsoft.Playwright;
using RedisChat.IntegrationTests;
using static Microsoft.Playwright.Assertions;

namespace RedisChat.Browser.Tests;

/// <summary>Pinned messages, between users on different nodes.</summary>
public sealed class PinTests(Chromium chromium, TestServer server)
{
    private const string Room = "club";

    private static readonly float Patience = (float)ChatPage.Patience.TotalMilliseconds;

    [Fact]
    public async Task Pins_are_live_and_still_there_after_a_reload_until_they_are_unpinned_or_deleted()
    {
        await using var site = await ChatSite.StartAsync(chromium, server.Require());
        await site.Chat.Rooms.CreateAsync(Room, new RoomAbout { Name = "Club" }, owner: "alice");
        var alice = await site.OpenAsync("alice", Room, node: 0);
        var bob = await site.OpenAsync("bob", Room, node: 1);
        await bob.SendAsync("The first rule");
        await bob.SendAsync("The second rule");
        await alice.ShowsAsync("The second rule");

        await alice.ActAsync("The first rule", "pin");
        await Expect(Newest(bob)).ToContainTextAsync("The first rule", new() { Timeout = Patience });
        await Expect(bob.Message("The first rule").GetByTestId("pin-note")).ToContainTextAsync("alice");
        await alice.ActAsync("The second rule", "pin");
        await Expect(Newest(bob)).ToContainTextAsync("The second rule", new() { Timeout = Patience });

        await bob.Tab.ReloadAsync();
        await bob.IsLiveAsync();
        await Expect(Newest(bob)).ToContainTextAsync("The second rule", new() { Timeout = Patience });
        await bob.Tab.GetByTestId("pin-all").ClickAsync();
        await Expect(bob.Tab.GetByTestId("pin-item")).ToHaveTextAsync(["bob: The second rule", "bob: The first rule"]);
        await bob.Tab.GetByTestId("pin-item").Last.ClickAsync();
        await Expect(bob.Message("The first rule")).ToBeFocusedAsync();
        await bob.Message("The first rule").GetByTestId("more").ClickAsync();
        await Expect(bob.Tab.GetByTestId("menu").GetByTestId("copy-text")).ToBeVisibleAsync();
        await Expect(bob.Tab.GetByTestId("menu").GetByTestId("unpin")).ToHaveCountAsync(0);
        await bob.Tab.Keyboard.PressAsync("Escape");

        await alice.ActAsync("The second rule", "unpin");
        await Expect(Newest(bob)).ToContainTextAsync("The first rule", new() { Timeout = Patience });
        await bob.DeleteAsync("The first rule");
        foreach (var page in new[] { alice, bob })
        {
            await Expect(page.Tab.GetByTestId("pin-bar")).ToBeHiddenAsync(new() { Timeout = Patience });
        }

        (await site.Chat.Room(Room).Pins.ListAsync()).Should().BeEmpty();
        await site.SettleAsync(Room, alice, bob);
    }

    [Fact]
    public async Task What_was_pinned_while_the_network_was_gone_is_there_when_it_is_back()
    {
        await using var site = await ChatSite.StartAsync(chromium, server.Require());
        await site.Chat.Rooms.CreateAsync(Room, new RoomAbout { Name = "Club" }, owner: "alice");
        var alice = await site.OpenAsync("alice", Room, node: 0);
        var bob = await site.OpenAsync("bob", Room, node: 1);
        await bob.SendAsync("before");
        await bob.SendAsync("later");
        await alice.ShowsAsync("later");
        await alice.ActAsync("before", "pin");
        await Expect(Newest(bob)).ToContainTextAsync("before", new() { Timeout = Patience });

        await bob.Tab.Context.SetOfflineAsync(true);
        await alice.ActAsync("before", "unpin");
        await alice.ActAsync("later", "pin");
        await Expect(Newest(alice)).ToContainTextAsync("later", new() { Timeout = Patience });
        await bob.Tab.Context.SetOfflineAsync(false);

        await Expect(Newest(bob)).ToContainTextAsync("later", new() { Timeout = Patience });
        await Expect(bob.Tab.GetByTestId("pin-bar")).ToHaveAttributeAsync("data-count", "1", new() { Timeout = Patience });
        bob.Trouble.Should().BeEmpty();
    }

    private static ILocator Newest(ChatPage page) => page.Tab.GetByTestId("pin-newest");
}
