using System.Text.RegularExpressions;
using Microsoft.Playwright;
using RedisChat.IntegrationTests;
using static Microsoft.Playwright.Assertions;

namespace RedisChat.Browser.Tests;

/// <summary>Replies with what they refer to, between users on different nodes.</summary>
public sealed class ReplyTests(Chromium chromium, TestServer server)
{
    private const string Room = "talk";

    private static readonly float Patience = (float)ChatPage.Patience.TotalMilliseconds;

    [Fact]
    public async Task A_reply_is_shown_with_its_parent_whose_edit_and_deletion_the_others_see_live()
    {
        await using var site = await ChatSite.StartAsync(chromium, server.Require());
        var alice = await site.OpenAsync("alice", Room, node: 0);
        var bob = await site.OpenAsync("bob", Room, node: 1);
        await bob.SendAsync("When do we meet?");
        await alice.ShowsAsync("When do we meet?");

        await alice.ActAsync("When do we meet?", "reply");
        await Expect(alice.Tab.GetByTestId("replying")).ToContainTextAsync("Replying to bob When do we meet?");
        await alice.SendAsync("At noon");
        await Expect(alice.Tab.GetByTestId("replying")).ToBeHiddenAsync();
        foreach (var page in new[] { alice, bob })
        {
            await Quotes(page, "At noon", "When do we meet?");
        }

        await alice.Tab.ReloadAsync();
        await alice.IsLiveAsync();
        await Quotes(alice, "At noon", "When do we meet?");

        await bob.ActAsync("When do we meet?", "edit");
        await bob.SendAsync("When and where do we meet?");
        await Quotes(alice, "At noon", "When and where do we meet?");

        await bob.DeleteAsync("When and where do we meet?");
        foreach (var page in new[] { alice, bob })
        {
            await Expect(page.Message("At noon").GetByTestId("quote")).ToHaveAttributeAsync("data-state", "deleted", new() { Timeout = Patience });
            await Expect(page.Message("At noon").GetByTestId("quote")).ToBeDisabledAsync();
        }

        var stored = await site.SettleAsync(Room, alice, bob);
        stored.Should().ContainSingle().Which.Text.Should().Be("At noon");
    }

    [Theory]
    [InlineData(120)]
    [InlineData(400)]
    public async Task A_click_on_the_quote_goes_to_the_parent_however_far_away_it_is(int between)
    {
        await using var site = await ChatSite.StartAsync(chromium, server.Require());
        var first = await site.Chat.SendAsync(Room, "bob", "the first");
        foreach (var batch in Enumerable.Range(1, between).Chunk(100))
        {
            await site.Chat.SendManyAsync(Room, [.. batch.Select(n => new NewMessage("bob", $"message {n}"))]);
        }

        await site.Chat.SendAsync(Room, new NewMessage("carol", "the answer") { ReplyTo = first.Id });
        var alice = await site.OpenAsync("alice", Room, node: 1);

        // The parent comes with the page that has the reply, although it is not shown.
        await Quotes(alice, "the answer", "the first");
        await Expect(alice.Message("the first")).ToHaveCountAsync(0);

        // The class stays for 2.5 s, and this process may look later.
        await alice.Tab.EvaluateAsync("""
            () => {
              window.targets = [];
              new MutationObserver((changes) => changes.forEach(({ target }) => target.classList.contains("target") && targets.push(target.dataset.id)))
                .observe(document.getElementById("messages"), { subtree: true, attributeFilter: ["class"] });
            }
            """);
        await alice.Message("the answer").GetByTestId("quote").ClickAsync();

        await Expect(alice.Message("the first")).ToBeInViewportAsync();
        await alice.Tab.WaitForFunctionAsync("(id) => targets.includes(id)", $"{first.Id}");
        alice.Trouble.Should().BeEmpty();
    }

    [Fact]
    public async Task A_reply_whose_parent_was_deleted_meanwhile_can_be_sent_without_it()
    {
        await using var site = await ChatSite.StartAsync(chromium, server.Require());
        var alice = await site.OpenAsync("alice", Room, node: 0);
        var bob = await site.OpenAsync("bob", Room, node: 1);
        await bob.SendAsync("regretted");
        await bob.SendAsync("stays");
        await alice.ShowsAsync("stays");

        await alice.ActAsync("regretted", "reply");
        await alice.Tab.Context.SetOfflineAsync(true);
        await alice.SendAsync("an answer to it");
        await bob.DeleteAsync("regretted");
        await alice.Tab.Context.SetOfflineAsync(false);

        await alice.Message("an answer to it").GetByTestId("send-plain").ClickAsync(new() { Timeout = Patience });
        await bob.ShowsAsync("an answer to it");
        await Expect(bob.Message("an answer to it").GetByTestId("quote")).ToBeHiddenAsync();
        var stored = await site.SettleAsync(Room, alice, bob);
        stored.Select(message => message.Text).Should().Equal("stays", "an answer to it");
    }

    [Fact]
    public async Task A_reply_that_is_being_sent_when_the_page_is_reloaded_is_sent_once_with_its_parent()
    {
        await using var site = await ChatSite.StartAsync(chromium, server.Require());
        var alice = await site.OpenAsync("alice", Room, node: 0);
        var bob = await site.OpenAsync("bob", Room, node: 1);
        await bob.SendAsync("question");
        await alice.ShowsAsync("question");

        // The request reaches a node, and its answer is lost; the next attempts reach none.
        var isStored = new TaskCompletionSource();
        await alice.Tab.Context.RouteAsync(
            "**/messages",
            async route =>
            {
                if (route.Request.Method == "POST" && isStored.Task.IsCompleted)
                {
                    await route.AbortAsync();
                }
                else if (route.Request.Method == "POST")
                {
                    await route.FetchAsync();
                    await route.AbortAsync();
                    isStored.TrySetResult();
                }
                else
                {
                    await route.ContinueAsync();
                }
            });
        await alice.ActAsync("question", "reply");
        await alice.SendAsync("answer");
        await alice.SendAsync("and another");
        await isStored.Task.WaitAsync(ChatPage.Patience);
        await bob.ShowsAsync("answer");
        await alice.Tab.Context.UnrouteAllAsync();
        await alice.Tab.ReloadAsync();
        await alice.IsLiveAsync();

        await bob.ShowsAsync("and another");
        await Quotes(bob, "answer", "question");
        var stored = await site.SettleAsync(Room, alice, bob);
        stored.Select(message => message.Text).Should().Equal("question", "answer", "and another");
    }

    [Fact]
    public async Task A_reply_that_is_being_written_ends_when_its_parent_is_deleted()
    {
        await using var site = await ChatSite.StartAsync(chromium, server.Require());
        var alice = await site.OpenAsync("alice", Room, node: 0);
        var bob = await site.OpenAsync("bob", Room, node: 1);
        await bob.SendAsync("regretted");
        await alice.ShowsAsync("regretted");
        await alice.ActAsync("regretted", "reply");
        await alice.Tab.GetByTestId("composer").FillAsync("But I have seen it");

        await bob.DeleteAsync("regretted");

        await Expect(alice.Tab.GetByTestId("composer-hint")).ToContainTextAsync("was deleted", new() { Timeout = Patience });
        await Expect(alice.Tab.GetByTestId("replying")).ToBeHiddenAsync();
        await alice.Tab.GetByTestId("composer").PressAsync("Enter");
        await bob.ShowsAsync("But I have seen it");
        await site.SettleAsync(Room, alice, bob);
    }

    [Fact]
    public async Task On_a_phone_a_tap_offers_the_reply_and_with_the_keyboard_it_is_reached_from_the_message()
    {
        await using var site = await ChatSite.StartAsync(chromium, server.Require(), nodes: 1);
        await site.Chat.SendAsync(Room, "bob", "question");
        var phone = await site.OpenAsync("alice", Room, options: new() { ViewportSize = new() { Width = 390, Height = 780 }, IsMobile = true, HasTouch = true });
        await phone.Message("question").GetByTestId("text").TapAsync();
        await phone.Message("question").GetByTestId("reply").TapAsync();
        await phone.SendAsync("from the phone");
        await Quotes(phone, "from the phone", "question");

        var desktop = await site.OpenAsync("carol", Room);
        await desktop.ShowsAsync("question");
        await desktop.Message("question").FocusAsync();
        await desktop.Message("question").GetByTestId("reply").PressAsync("Enter");
        await Expect(desktop.Tab.GetByTestId("composer")).ToBeFocusedAsync();
        await desktop.Tab.GetByTestId("composer").PressAsync("Escape");
        await Expect(desktop.Tab.GetByTestId("replying")).ToBeHiddenAsync();
        desktop.Trouble.Concat(phone.Trouble).Should().BeEmpty();
    }

    private static async Task Quotes(ChatPage page, string reply, string parent)
    {
        var quote = page.Message(reply).GetByTestId("quote");
        await Expect(quote).ToContainTextAsync(parent, new() { Timeout = Patience });
        await Expect(quote).ToHaveAttributeAsync("data-state", "shown");
    }
}
