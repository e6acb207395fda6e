using Microsoft.Playwright;
using RedisChat.IntegrationTests;
using static Microsoft.Playwright.Assertions;

namespace RedisChat.Browser.Tests;

/// <summary>What an owner does about a user acts on that user's open page.</summary>
public sealed class ModerationTests(Chromium chromium, TestServer server)
{
    private static readonly LocatorAssertionsToContainTextOptions Text = new() { Timeout = (float)ChatPage.Patience.TotalMilliseconds };
    private static readonly LocatorAssertionsToBeEnabledOptions Enabled = new() { Timeout = (float)ChatPage.Patience.TotalMilliseconds };
    private static readonly LocatorAssertionsToBeDisabledOptions Disabled = new() { Timeout = (float)ChatPage.Patience.TotalMilliseconds };

    [Fact]
    public async Task The_page_of_a_banned_user_says_so_and_receives_nothing_more()
    {
        await using var site = await ChatSite.StartAsync(chromium, server.Require());
        var alice = await site.OpenAsync("alice", "club", node: 0);
        var bob = await site.OpenAsync("bob", "club", node: 1);
        var carol = await site.OpenAsync("carol", "club", node: 1);
        await alice.SendAsync("for all");
        await bob.ShowsAsync("for all");

        await site.Chat.Room("club").Members.BanAsync("bob", Actor.Application, reason: "spam");
        await Expect(bob.Tab.GetByTestId("room-banner")).ToContainTextAsync("banned", Text);
        await Expect(bob.Tab.GetByTestId("composer")).ToBeDisabledAsync(Disabled);

        await alice.SendAsync("not for bob");
        await carol.ShowsAsync("not for bob");
        (await bob.ShownAsync()).Select(message => message.Text).Should().NotContain("not for bob");
        await bob.Tab.ReloadAsync();
        await Expect(bob.Tab.GetByTestId("room-banner")).ToContainTextAsync("banned", Text);
        (await bob.ShownAsync()).Should().BeEmpty();
        await site.SettleAsync("club", alice, carol);
    }

    [Fact]
    public async Task An_owner_mutes_and_bans_by_the_page_and_lifts_both()
    {
        await using var site = await ChatSite.StartAsync(chromium, server.Require());
        var alice = await site.OpenAsync("alice", "lobby", node: 0);
        await alice.Tab.GetByTestId("new-room").ClickAsync();
        await alice.Tab.GetByTestId("field-name").FillAsync("Club");
        await alice.Tab.GetByTestId("dialog-ok").ClickAsync();
        await Expect(alice.Tab.GetByTestId("room-name")).ToHaveTextAsync("Club", new() { Timeout = (float)ChatPage.Patience.TotalMilliseconds });

        var bob = await site.OpenAsync("bob", "club", node: 1);
        await bob.SendAsync("hello");
        await alice.ShowsAsync("hello");
        var composer = bob.Tab.GetByTestId("composer");

        await ModerateAsync(alice, "mute");
        await Expect(composer).ToBeDisabledAsync(Disabled);
        (await composer.GetAttributeAsync("placeholder")).Should().Contain("muted");

        await ModerateAsync(alice, "unmute");
        await Expect(composer).ToBeEnabledAsync(Enabled);
        await bob.SendAsync("I am back");
        await alice.ShowsAsync("I am back");

        await ModerateAsync(alice, "ban");
        await Expect(bob.Tab.GetByTestId("room-banner")).ToContainTextAsync("banned", Text);
        await Expect(composer).ToBeDisabledAsync(Disabled);
        await alice.SendAsync("not for bob");
        await site.SettleAsync("club", alice);

        await ModerateAsync(alice, "unban");
        await bob.Tab.ReloadAsync();
        await bob.IsLiveAsync();
        await bob.SendAsync("thank you");
        await alice.ShowsAsync("thank you");
        await site.SettleAsync("club", alice, bob);
    }

    private static async Task ModerateAsync(ChatPage page, string action)
    {
        var people = page.Tab.GetByTestId("people");
        if (!await people.IsVisibleAsync())
        {
            await page.Tab.GetByTestId("people-toggle").ClickAsync();
        }

        // One who is banned is in two lists for a moment.
        await people.Locator("[data-testid=person][data-user=bob]").Last.ClickAsync();
        await page.Tab.GetByTestId(action).ClickAsync();
        if (action is "mute" or "ban")
        {
            await page.Tab.GetByTestId("dialog-ok").ClickAsync();
            await Expect(page.Tab.GetByTestId("dialog")).ToHaveCountAsync(0);
        }
    }
}
