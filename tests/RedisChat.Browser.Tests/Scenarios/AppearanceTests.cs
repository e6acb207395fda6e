using Microsoft.Playwright;
using RedisChat.IntegrationTests;
using static Microsoft.Playwright.Assertions;

namespace RedisChat.Browser.Tests;

/// <summary>
/// The page on a desktop, on a phone and in the dark. Nothing may stick out of the window; the rest is for eyes: the pictures are in the directory <c>screenshots</c> beside the tests.
/// </summary>
public sealed class AppearanceTests(Chromium chromium, TestServer server)
{
    private const string Room = "design";

    private static readonly string Pictures = Directory.CreateDirectory(Path.Combine(AppContext.BaseDirectory, "screenshots")).FullName;

    [Fact]
    public async Task The_page_fits_a_desktop_a_phone_and_the_dark()
    {
        await using var site = await ChatSite.StartAsync(chromium, server.Require(), nodes: 1);
        await FillAsync(site);

        await LookAsync(site, "bob", "desktop", new BrowserNewContextOptions { ViewportSize = new() { Width = 1280, Height = 800 } });
        await LookAsync(site, "carol", "dark", new BrowserNewContextOptions { ViewportSize = new() { Width = 1280, Height = 800 }, ColorScheme = ColorScheme.Dark });
        await LookAsync(site, "dave", "phone", new BrowserNewContextOptions { ViewportSize = new() { Width = 390, Height = 780 }, IsMobile = true, HasTouch = true, DeviceScaleFactor = 2 });
        await LookAsync(site, "erin", "phone-dark", new BrowserNewContextOptions { ViewportSize = new() { Width = 360, Height = 640 }, IsMobile = true, HasTouch = true, ColorScheme = ColorScheme.Dark });
    }

    private static async Task FillAsync(ChatSite site)
    {
        await site.Chat.Rooms.CreateAsync(Room, new RoomAbout { Name = "Design", Topic = "How it looks, on all screens and for everyone" }, owner: "bob");
        await site.Chat.Rooms.CreateAsync("a-room", new RoomAbout { Name = "A room with a name that is far too long for the list of rooms", Topic = "And a topic" });
        var room = site.Chat.Room(Room);
        string[] texts =
        [
            "Good morning!", "Has anyone seen https://example.com/a/very/long/address/that/does/not/end?with=parameters&and=more&and=more&and=more&and=more ?",
            "Yes.\nIn two lines.", "👍🏽🎉", "مرحبا بالعالم، كيف حالكم اليوم؟", "Wordwithoutspaces" + new string('x', 200), string.Join('\n', Enumerable.Range(1, 30).Select(n => $"line {n} of a long one")),
            "And a short one at the end.",
        ];
        string[] users = ["alice", "bob", "alice", "alice", "خالد", "bob", "carol", "alice"];
        long last = 0;
        foreach (var (user, text) in users.Zip(texts))
        {
            last = (await room.SendAsync(user, text)).Id;
        }

        foreach (var user in users.Distinct())
        {
            await room.Reactions.AddAsync(last, user, "👍");
        }

        await room.Reactions.AddAsync(last, "alice", "🚀");
        await room.Pins.PinAsync(1, "bob");
        await room.Pins.PinAsync(2, "bob");
        await room.SendAsync(new NewMessage("bob", "A reply to a long one") { ReplyTo = 6 });
        await room.SendAsync(new NewMessage("alice", "شكرا") { ReplyTo = 5 });
        var deleted = await room.SendAsync("carol", "This will be deleted.");
        await room.SendAsync(new NewMessage("bob", "What a pity.") { ReplyTo = deleted.Id });
        await room.DeleteAsync(deleted.Id, "carol");
        await room.SendAsync(new NewMessage("alice", "Good morning to you, too!") { ReplyTo = 1 });
        var asked = await room.SendAsync(new NewMessage("alice", "@bob @carol @dave @erin who has seen the new pictures?") { Mentions = [.. ((string[])["bob", "carol", "dave", "erin"]).Select(Mention.User)] });
        await room.EditAsync(asked.Id, "alice", "@bob @carol @dave @erin who has seen the new colors?");
        await room.Thread(asked.Id).SendAsync("carol", "I have. They look fine, also in the dark.");
        await room.Thread(asked.Id).SendAsync("bob", "Wordwithoutspaces" + new string('y', 120));
        await room.Members.JoinAsync("dave");
        await room.Members.JoinAsync("erin");
        await room.Schedule.AddAsync(new NewMessage("bob", "Good night!"), DateTimeOffset.UtcNow.AddHours(5));
        await room.Schedule.AddAsync(new NewMessage("erin", "Good night!"), DateTimeOffset.UtcNow.AddHours(5));
    }

    private static async Task LookAsync(ChatSite site, string user, string name, BrowserNewContextOptions options)
    {
        var page = await site.OpenAsync(user, Room, options: options);
        await page.ShowsAsync("And a short one at the end.");
        await Expect(page.Tab.GetByTestId("room-name")).ToHaveTextAsync("Design");
        await Expect(page.Tab.GetByTestId("pin-newest")).ToContainTextAsync("Has anyone seen");
        await TakeAsync(page, name);

        if (options.IsMobile == true)
        {
            await page.Message("Good morning to you, too!").GetByTestId("text").TapAsync();
        }
        else
        {
            await page.Message("Good morning to you, too!").HoverAsync();
        }

        await TakeAsync(page, $"{name}-actions");
        await page.Message("Good morning to you, too!").GetByTestId("reply").ClickAsync();
        await Expect(page.Tab.GetByTestId("replying")).ToBeVisibleAsync();
        await page.Tab.GetByTestId("pin-all").ClickAsync();
        await TakeAsync(page, $"{name}-reply");
        await page.Tab.GetByTestId("pin-item").Last.ClickAsync();
        await Expect(page.Message("Good morning!").GetByTestId("pin-note")).ToBeInViewportAsync();
        await TakeAsync(page, $"{name}-pinned");

        await page.Tab.GetByTestId("cancel-reply").ClickAsync();
        await page.Tab.GetByTestId("jump").ClickAsync();
        await page.Tab.GetByTestId("composer").PressSequentiallyAsync("@");
        await Expect(page.Tab.GetByTestId("mention-option").First).ToBeVisibleAsync();
        await TakeAsync(page, $"{name}-mention");
        await page.Tab.GetByTestId("composer").FillAsync("");
        await page.Tab.Locator("[data-testid=thread-link][data-count]").ClickAsync();
        await Expect(page.Tab.GetByTestId("thread-messages").GetByTestId("message")).ToHaveCountAsync(2);
        await TakeAsync(page, $"{name}-thread");
        await page.Tab.GetByTestId("thread-close").ClickAsync();
        if (await page.Tab.GetByTestId("scheduled").IsVisibleAsync())
        {
            await page.Tab.GetByTestId("scheduled").ClickAsync();
            await Expect(page.Tab.GetByTestId("scheduled-item")).ToBeVisibleAsync();
            await TakeAsync(page, $"{name}-scheduled");
            await page.Tab.GetByTestId("sheet-close").ClickAsync();
        }

        await page.Tab.GetByTestId("people-toggle").ClickAsync();
        await Expect(page.Tab.Locator($"[data-testid=person][data-user={user}]").First).ToBeVisibleAsync();
        await TakeAsync(page, $"{name}-people");
        await page.Tab.GetByTestId("people-close").ClickAsync();

        if (options.IsMobile == true)
        {
            await page.Tab.GetByTestId("back").ClickAsync();
            await Expect(page.Tab.GetByTestId("rooms")).ToBeVisibleAsync();
            await TakeAsync(page, $"{name}-rooms");
            await page.Tab.GetByTestId("mentions").ClickAsync();
            await Expect(page.Tab.GetByTestId("mention-item").First).ToBeVisibleAsync();
            await TakeAsync(page, $"{name}-mentions");
        }

        page.Trouble.Should().BeEmpty();
    }

    private static async Task TakeAsync(ChatPage page, string name)
    {
        await page.Tab.ScreenshotAsync(new PageScreenshotOptions { Path = Path.Combine(Pictures, $"{name}.png"), Animations = ScreenshotAnimations.Disabled });
        (await page.Tab.EvaluateAsync<bool>("() => document.documentElement.scrollWidth <= innerWidth && document.documentElement.scrollHeight <= innerHeight"))
            .Should().BeTrue($"nothing of '{name}' sticks out of the window");
    }
}
