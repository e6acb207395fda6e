using Microsoft.Playwright;
using RedisChat.IntegrationTests;
using static Microsoft.Playwright.Assertions;

namespace RedisChat.Browser.Tests;

/// <summary>Threads, and what is kept of edits and deletions, between users on different nodes.</summary>
public sealed class ThreadTests(Chromium chromium, TestServer server)
{
    private const string Room = "club";
    private static readonly float Patience = (float)ChatPage.Patience.TotalMilliseconds;

    [Fact]
    public async Task A_thread_is_live_for_both_and_its_summary_is_exact()
    {
        await using var site = await ChatSite.StartAsync(chromium, server.Require());
        await site.Chat.Rooms.CreateAsync(Room, new RoomAbout { Name = "Club" }, owner: "alice");
        var alice = await site.OpenAsync("alice", Room, node: 0);
        var bob = await site.OpenAsync("bob", Room, node: 1);
        await bob.SendAsync("question");
        await alice.ShowsAsync("question");

        await alice.ActAsync("question", "thread");
        await ReplyAsync(alice, "first");
        await HasRepliesAsync(bob, 1);
        await Link(bob).ClickAsync();
        await ShowsAsync(bob, "first");
        await ReplyAsync(bob, "second");
        await ShowsAsync(alice, "first", "second");
        await HasRepliesAsync(alice, 2);
        await HasRepliesAsync(bob, 2);

        var second = Replies(bob).Filter(new() { HasText = "second" });
        await second.HoverAsync();
        await second.GetByTestId("more").ClickAsync();
        await bob.Tab.GetByTestId("menu").GetByTestId("delete").ClickAsync();
        await bob.Tab.GetByTestId("dialog-ok").ClickAsync();
        await ShowsAsync(bob, "first");
        await ShowsAsync(alice, "first");
        await HasRepliesAsync(alice, 1);
        await HasRepliesAsync(bob, 1);

        // A follower has the thread among the rooms, where it opens beside its room.
        await bob.Tab.GetByTestId("thread-follow").ClickAsync();
        await Expect(bob.Tab.GetByTestId("thread-follow")).ToHaveAttributeAsync("aria-pressed", "true", new() { Timeout = Patience });
        await bob.Tab.GetByTestId("thread-composer").PressAsync("Escape");
        await Expect(bob.Tab.GetByTestId("thread-panel")).ToBeHiddenAsync();
        await ReplyAsync(alice, "third");
        var entry = bob.Tab.Locator($"[data-testid=room][data-room='{new ThreadId(Room, 1).RoomId}']");
        await Expect(entry).ToHaveAttributeAsync("data-unread", "1", new() { Timeout = Patience });
        await entry.ClickAsync();
        await ShowsAsync(bob, "first", "third");
        await HasRepliesAsync(bob, 2);
        await Expect(entry).ToHaveAttributeAsync("data-unread", "0", new() { Timeout = Patience });

        await bob.Tab.ReloadAsync();
        await ShowsAsync(bob, "first", "third");
        await HasRepliesAsync(bob, 2);
        (await site.StoredAsync(Room)).Should().HaveCount(1, "replies are in the thread alone");
        alice.Trouble.Concat(bob.Trouble).Should().BeEmpty();
    }

    [Fact]
    public async Task Versions_and_tombstones_are_shown_to_moderators()
    {
        await using var site = await ChatSite.StartAsync(chromium, server.Require());
        await site.Chat.Rooms.CreateAsync(Room, new RoomAbout { Name = "Club" }, owner: "alice");
        var room = site.Chat.Room(Room);
        await room.SendAsync("bob", "early");
        await room.SendAsync("bob", "before");
        await room.DeleteAsync(1, "bob", "wrong room");
        var alice = await site.OpenAsync("alice", Room, node: 0);
        var carol = await site.OpenAsync("carol", Room, node: 1);
        var bob = await site.OpenAsync("bob", Room, node: 1);

        // One was deleted before the page was loaded, one is deleted while it is shown.
        await bob.SendAsync(["one", "two"]);
        await alice.ShowsAsync("two");
        await bob.DeleteAsync("two");
        await bob.ActAsync("one", "edit");
        await bob.SendAsync("uno");
        await carol.ShowsAsync("uno");

        var stones = alice.Tab.GetByTestId("tombstone");
        await Expect(stones).ToHaveTextAsync(["Message deleted by bob: wrong room", "Message deleted by bob"], new() { Timeout = Patience });
        await alice.Message("uno").GetByTestId("edited").ClickAsync();
        await Expect(alice.Tab.GetByTestId("version").Locator(".version-text")).ToHaveTextAsync(["uno", "one"], new() { Timeout = Patience });
        await alice.Tab.Keyboard.PressAsync("Escape");
        await Expect(alice.Tab.GetByTestId("sheet")).ToHaveCountAsync(0);

        await Expect(carol.Tab.GetByTestId("tombstone")).ToHaveCountAsync(0);
        (await carol.Message("uno").GetByTestId("edited").EvaluateAsync<string>("element => element.tagName")).Should().Be("SPAN", "there is nothing to open for others");
        await Expect(bob.Tab.GetByTestId("tombstone")).ToHaveCountAsync(0);
        await alice.Tab.ReloadAsync();
        await Expect(stones).ToHaveCountAsync(2, new() { Timeout = Patience });
        alice.Trouble.Concat(bob.Trouble).Concat(carol.Trouble).Should().BeEmpty();
    }

    private static ILocator Link(ChatPage page) => page.Message("question").GetByTestId("thread-link");

    private static ILocator Replies(ChatPage page) => page.Tab.GetByTestId("thread-messages").GetByTestId("message");

    private static Task HasRepliesAsync(ChatPage page, int count) => Expect(Link(page)).ToHaveAttributeAsync("data-count", $"{count}", new() { Timeout = Patience });

    private static Task ShowsAsync(ChatPage page, params string[] replies) => Expect(Replies(page).GetByTestId("text")).ToHaveTextAsync(replies, new() { Timeout = Patience });

    private static async Task ReplyAsync(ChatPage page, string text)
    {
        var composer = page.Tab.GetByTestId("thread-composer");
        await composer.FillAsync(text);
        await composer.PressAsync("Enter");
    }
}
