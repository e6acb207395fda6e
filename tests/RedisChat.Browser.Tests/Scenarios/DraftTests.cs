using RedisChat.IntegrationTests;
using static Microsoft.Playwright.Assertions;

namespace RedisChat.Browser.Tests;

/// <summary>What a user has begun to write is on all devices.</summary>
public sealed class DraftTests(Chromium chromium, TestServer server)
{
    private const string Room = "talk";

    private static readonly float Patience = (float)ChatPage.Patience.TotalMilliseconds;

    [Fact]
    public async Task A_draft_is_on_the_second_device_lives_there_on_and_goes_with_its_message()
    {
        await using var site = await ChatSite.StartAsync(chromium, server.Require());
        await site.Chat.SendAsync(Room, "bob", "question");
        var laptop = await site.OpenAsync("alice", Room, node: 0, device: "laptop");
        var tablet = await site.OpenAsync("alice", Room, node: 1, device: "tablet");
        var bob = await site.OpenAsync("bob", Room, node: 1);
        await laptop.ActAsync("question", "reply");
        await laptop.Tab.GetByTestId("composer").FillAsync("I think");
        await Poll.UntilAsync(async () => (await DraftAsync())?.Text == "I think", "the draft is saved at the pause");

        // On a device that opens the room later, and on one that has it open.
        var phone = await site.OpenAsync("alice", Room, node: 0, device: "phone");
        foreach (var device in new[] { phone, tablet })
        {
            await Expect(device.Tab.GetByTestId("composer")).ToHaveValueAsync("I think", new() { Timeout = Patience });
            await Expect(device.Tab.GetByTestId("replying")).ToContainTextAsync("question");
        }

        await phone.Tab.GetByTestId("composer").FillAsync("I think so too");
        await Expect(laptop.Tab.GetByTestId("composer")).ToHaveValueAsync("I think so too", new() { Timeout = Patience });
        (await bob.Tab.GetByTestId("composer").InputValueAsync()).Should().BeEmpty("drafts are their user's own");

        await phone.Tab.GetByTestId("composer").PressAsync("Enter");
        await bob.ShowsAsync("I think so too");
        await Expect(bob.Message("I think so too").GetByTestId("quote")).ToContainTextAsync("question", new() { Timeout = Patience });
        foreach (var device in new[] { laptop, tablet, phone })
        {
            await Expect(device.Tab.GetByTestId("composer")).ToHaveValueAsync("", new() { Timeout = Patience });
            await Expect(device.Tab.GetByTestId("replying")).ToBeHiddenAsync();
        }

        (await DraftAsync()).Should().BeNull("sending discards it");
        await site.SettleAsync(Room, bob, laptop, tablet, phone);

        Task<Draft?> DraftAsync() => site.Chat.User("alice").Drafts.GetAsync(Room);
    }

    [Fact]
    public async Task A_draft_survives_another_room_and_a_reload_right_after_the_last_key()
    {
        await using var site = await ChatSite.StartAsync(chromium, server.Require());
        var alice = await site.OpenAsync("alice", Room, node: 0);
        var composer = alice.Tab.GetByTestId("composer");
        await composer.FillAsync("unfinished");
        await alice.OpenAsync($"{site.Nodes[0].Address}/#/room/other");
        await Expect(composer).ToHaveValueAsync("");
        await alice.OpenAsync($"{site.Nodes[0].Address}/#/room/{Room}");
        await Expect(composer).ToHaveValueAsync("unfinished");

        await composer.FillAsync("still unfinished");
        await alice.Tab.ReloadAsync();
        await alice.IsLiveAsync();
        await Expect(composer).ToHaveValueAsync("still unfinished", new() { Timeout = Patience });
        alice.Trouble.Should().BeEmpty();
    }
}
