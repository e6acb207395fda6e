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
        await LookAsync(site, "dave", "phone", new BrowserNewContextOptions { ViewportSize = new() { Width = 375, Height = 720 }, IsMobile = true, HasTouch = true, DeviceScaleFactor = 2 });
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
    }

    private static async Task LookAsync(ChatSite site, string user, string name, BrowserNewContextOptions options)
    {
        var page = await site.OpenAsync(user, Room, options: options);
        await page.ShowsAsync("And a short one at the end.");
        await Expect(page.Tab.GetByTestId("room-name")).ToHaveTextAsync("Design");
        await TakeAsync(page, name);

        await page.Tab.GetByTestId("people-toggle").ClickAsync();
        await Expect(page.Tab.Locator($"[data-testid=person][data-user={user}]").First).ToBeVisibleAsync();
        await TakeAsync(page, $"{name}-people");
        await page.Tab.GetByTestId("people-close").ClickAsync();

        if (options.IsMobile == true)
        {
            await page.Tab.GetByTestId("back").ClickAsync();
            await Expect(page.Tab.GetByTestId("rooms")).ToBeVisibleAsync();
            await TakeAsync(page, $"{name}-rooms");
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
