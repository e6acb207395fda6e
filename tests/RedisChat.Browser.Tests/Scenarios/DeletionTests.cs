using RedisChat.IntegrationTests;
using static Microsoft.Playwright.Assertions;

namespace RedisChat.Browser.Tests;

/// <summary>A moderator deletes everything that someone wrote.</summary>
public sealed class DeletionTests(Chromium chromium, TestServer server)
{
    private const string Room = "club";

    [Fact]
    public async Task All_messages_of_a_user_are_deleted_in_one_step_for_everyone()
    {
        await using var site = await ChatSite.StartAsync(chromium, server.Require());
        await site.Chat.Rooms.CreateAsync(Room, new RoomAbout { Name = "Club" }, owner: "alice");
        var alice = await site.OpenAsync("alice", Room, node: 0);
        var eve = await site.OpenAsync("eve", Room, node: 1);
        var bob = await site.OpenAsync("bob", Room, node: 1);
        await bob.SendAsync("hello");
        await eve.ShowsAsync("hello");
        await eve.SendAsync(["buy", "this", "now"]);
        await alice.ShowsAsync("now");
        await bob.ActAsync("now", "reply");
        await bob.SendAsync("please stop");
        await alice.ShowsAsync("please stop");

        await OpenMenuAsync(bob);
        await Expect(bob.Tab.GetByTestId("menu").GetByTestId("direct")).ToBeVisibleAsync();
        await Expect(bob.Tab.GetByTestId("menu").GetByTestId("delete-all")).ToHaveCountAsync(0);
        await bob.Tab.Keyboard.PressAsync("Escape");

        await OpenMenuAsync(alice);
        await alice.Tab.GetByTestId("delete-all").ClickAsync();
        await alice.Tab.GetByTestId("dialog-cancel").ClickAsync();
        (await site.StoredAsync(Room)).Should().HaveCount(5, "it was cancelled");
        await OpenMenuAsync(alice);
        await alice.Tab.GetByTestId("delete-all").ClickAsync();
        await alice.Tab.GetByTestId("field-reason").FillAsync("spam");
        await alice.Tab.GetByTestId("dialog-ok").ClickAsync();
        await Expect(alice.Tab.GetByTestId("toasts")).ToContainTextAsync("3 messages of eve were deleted.", new() { Timeout = (float)ChatPage.Patience.TotalMilliseconds });

        var stored = await site.SettleAsync(Room, alice, bob, eve);
        stored.Select(message => message.Text).Should().Equal("hello", "please stop");
        await Expect(bob.Message("please stop").GetByTestId("quote")).ToHaveAttributeAsync("data-state", "deleted");
    }

    private static Task OpenMenuAsync(ChatPage page) => page.Messages.Filter(new() { HasText = "buy" }).Locator(".author").ClickAsync();
}
