using Microsoft.Playwright;
using RedisChat.IntegrationTests;
using static Microsoft.Playwright.Assertions;

namespace RedisChat.Browser.Tests;

/// <summary>Mentions, messages that are sent later, and the bot that answers who mentions it, between users on different nodes.</summary>
public sealed class MentionTests(Chromium chromium, TestServer server)
{
    private const string Room = "club";
    private static readonly float Patience = (float)ChatPage.Patience.TotalMilliseconds;

    [Fact]
    public async Task A_mention_is_a_badge_until_it_is_read()
    {
        await using var site = await ChatSite.StartAsync(chromium, server.Require());
        await site.Chat.Rooms.CreateAsync(Room, new RoomAbout { Name = "Club" }, owner: "alice");
        await site.Chat.Room(Room).Members.JoinAsync("bob");
        var alice = await site.OpenAsync("alice", Room, node: 0);
        var bob = await site.OpenAsync("bob", "elsewhere", node: 1);

        await MentionAsync(alice, "bo", "bob");
        await alice.Tab.GetByTestId("composer").PressSequentiallyAsync("look");
        await alice.Tab.GetByTestId("composer").PressAsync("Enter");

        await Expect(alice.Message("@bob look").GetByTestId("mention")).ToHaveTextAsync("@bob", new() { Timeout = Patience });
        var entry = bob.Tab.Locator($"[data-testid=room][data-room={Room}]");
        await Expect(entry).ToHaveAttributeAsync("data-mentions", "1", new() { Timeout = Patience });
        await Expect(bob.Tab.GetByTestId("mentions-count")).ToHaveTextAsync("1");

        await bob.Tab.GetByTestId("mentions").ClickAsync();
        await bob.Tab.GetByTestId("mention-item").ClickAsync(new() { Timeout = Patience });
        await Expect(bob.Message("@bob look")).ToHaveAttributeAsync("data-mentioned", "true", new() { Timeout = Patience });
        await Expect(entry).ToHaveAttributeAsync("data-mentions", "0", new() { Timeout = Patience });
        await Expect(bob.Tab.GetByTestId("mentions-count")).ToBeHiddenAsync(new() { Timeout = Patience });
        await Expect(alice.Tab.GetByTestId("mentions-count")).ToBeHiddenAsync();
        alice.Trouble.Concat(bob.Trouble).Should().BeEmpty();
    }

    [Fact]
    public async Task A_scheduled_message_comes_once_and_a_canceled_one_never()
    {
        await using var site = await ChatSite.StartAsync(chromium, server.Require());
        var alice = await site.OpenAsync("alice", Room, node: 0);
        var bob = await site.OpenAsync("bob", Room, node: 1);

        await ScheduleAsync(alice, "never", minutes: 60);
        await Expect(alice.Tab.GetByTestId("scheduled")).ToHaveAttributeAsync("data-count", "1");
        await alice.Tab.GetByTestId("scheduled").ClickAsync();
        await alice.Tab.GetByTestId("scheduled-change").ClickAsync();
        await alice.Tab.GetByTestId("field-text").FillAsync("never ever");
        await alice.Tab.GetByTestId("dialog-ok").ClickAsync();
        await Expect(alice.Tab.GetByTestId("scheduled-item")).ToContainTextAsync("never ever", new() { Timeout = Patience });
        await alice.Tab.GetByTestId("scheduled-cancel").ClickAsync();
        await Expect(alice.Tab.GetByTestId("scheduled-item")).ToHaveCountAsync(0, new() { Timeout = Patience });
        await alice.Tab.GetByTestId("sheet-close").ClickAsync();
        await Expect(alice.Tab.GetByTestId("scheduled")).ToBeHiddenAsync();

        await ScheduleAsync(alice, "later", minutes: 0);
        await alice.ShowsAsync("later");
        await bob.ShowsAsync("later");
        await Expect(alice.Tab.GetByTestId("scheduled")).ToBeHiddenAsync(new() { Timeout = Patience });
        (await site.SettleAsync(Room, alice, bob)).Select(message => message.Text).Should().Equal("later");
        (await site.Chat.Room(Room).Schedule.ListAsync("alice")).Should().BeEmpty();
    }

    [Fact]
    public async Task The_answer_of_a_bot_grows_for_all_and_is_complete_after_a_reload_in_the_middle()
    {
        await using var site = await ChatSite.StartAsync(chromium, server.Require(), bot: "bot");
        var alice = await site.OpenAsync("alice", "lobby", node: 0);
        var bob = await site.OpenAsync("bob", "lobby", node: 1);
        await bob.Tab.EvaluateAsync("""
            () => {
              window.lengths = new Set();
              new MutationObserver(() => {
                const text = document.querySelector("[data-user=bot][data-writing=InProgress] [data-testid=text]");
                if (text) lengths.add(text.textContent.length);
              }).observe(document.getElementById("messages"), { childList: true, subtree: true, characterData: true });
            }
            """);

        await MentionAsync(alice, "bot", "bot");
        await alice.Tab.GetByTestId("composer").PressSequentiallyAsync("how are you?");
        await alice.Tab.GetByTestId("composer").PressAsync("Enter");

        await Expect(alice.Tab.Locator("[data-testid=message][data-user=bot][data-writing=InProgress]")).ToContainTextAsync("Hello alice!");
        await alice.Tab.ReloadAsync();
        await bob.ShowsAsync("that is all I have to say.");
        await Expect(Answer(bob)).Not.ToHaveAttributeAsync("data-writing", "InProgress", new() { Timeout = Patience });
        (await bob.Tab.EvaluateAsync<int>("() => lengths.size")).Should().BeGreaterThan(3, "the answer grew");

        await alice.ShowsAsync("that is all I have to say.");
        var stored = await site.SettleAsync("lobby", alice, bob);
        stored.Select(message => message.User).Should().Equal(["alice", "bot"], "one of the two bots has answered");
        alice.Trouble.Concat(bob.Trouble).Should().BeEmpty();
    }

    private static ILocator Answer(ChatPage page) => page.Tab.Locator("[data-testid=message][data-user=bot]");

    private static async Task MentionAsync(ChatPage page, string typed, string user)
    {
        var composer = page.Tab.GetByTestId("composer");
        await composer.PressSequentiallyAsync($"@{typed}");
        await Expect(page.Tab.Locator($"[data-testid=mention-option][data-user={user}]")).ToHaveAttributeAsync("aria-selected", "true", new() { Timeout = Patience });
        await composer.PressAsync("Enter");
        await Expect(composer).ToHaveValueAsync($"@{user} ");
    }

    private static async Task ScheduleAsync(ChatPage page, string text, int minutes)
    {
        await page.Tab.GetByTestId("composer").FillAsync(text);
        await page.Tab.GetByTestId("send-later").ClickAsync();
        var at = await page.Tab.EvaluateAsync<string>("minutes => { const at = new Date(Date.now() + minutes * 60000); return new Date(at.getTime() - at.getTimezoneOffset() * 60000).toISOString().slice(0, 16); }", minutes);
        await page.Tab.GetByTestId("field-at").FillAsync(at);
        await page.Tab.GetByTestId("dialog-ok").ClickAsync();
        await Expect(page.Tab.GetByTestId("dialog")).ToHaveCountAsync(0, new() { Timeout = Patience });
        await Expect(page.Tab.GetByTestId("composer")).ToHaveValueAsync("");
    }
}
