using RedisChat.IntegrationTests;
using static Microsoft.Playwright.Assertions;

namespace RedisChat.Browser.Tests;

/// <summary>Searching, between users on different nodes.</summary>
public sealed class SearchTests(Chromium chromium, TestServer server)
{
    private const string Room = "club";

    private static readonly float Patience = (float)ChatPage.Patience.TotalMilliseconds;

    [Fact]
    public async Task A_search_marks_what_matches_as_text_and_leads_to_the_message()
    {
        await using var site = await ChatSite.StartAsync(chromium, server.Require());
        await site.Chat.Rooms.CreateAsync(Room, new RoomAbout { Name = "Club" }, owner: "alice");
        await site.Chat.SendAsync(Room, "alice", "The <b>needle</b> is here");
        await site.Chat.SendManyAsync(Room, [.. Enumerable.Range(0, 100).Select(n => new NewMessage("alice", $"hay {n}"))]);
        var bob = await site.OpenAsync("bob", Room, node: 1);
        var (box, results) = (bob.Tab.GetByTestId("search"), bob.Tab.GetByTestId("search-result"));

        for (var deadline = DateTime.UtcNow + ChatPage.Patience; await results.CountAsync() == 0 && DateTime.UtcNow < deadline;)
        {
            // The node indexes the room after it has found it.
            await box.FillAsync("NEEDL");
            await box.PressAsync("Enter");
            await Expect(results.Or(bob.Tab.GetByTestId("search-nothing"))).ToHaveCountAsync(1, new() { Timeout = Patience });
        }

        await Expect(results).ToHaveCountAsync(1);
        await Expect(results.GetByTestId("search-text")).ToHaveTextAsync("The <b>needle</b> is here");
        await Expect(results.Locator("mark")).ToHaveTextAsync("needle");
        await Expect(results.Locator("b")).ToHaveCountAsync(0);
        await results.ClickAsync();
        await Expect(bob.Message("The <b>needle</b> is here")).ToBeFocusedAsync(new() { Timeout = Patience });

        await box.FillAsync("");
        await Expect(bob.Tab.GetByTestId("rooms")).ToBeVisibleAsync();
        bob.Trouble.Should().BeEmpty();
    }
}
