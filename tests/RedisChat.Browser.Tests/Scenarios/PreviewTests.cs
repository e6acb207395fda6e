using System.Net.Sockets;
using System.Text;
using Microsoft.Playwright;
using RedisChat.IntegrationTests;
using static Microsoft.Playwright.Assertions;

namespace RedisChat.Browser.Tests;

/// <summary>Previews of links, and files in threads, between users on different nodes; and which pages a node opens for a user.</summary>
public sealed class PreviewTests(Chromium chromium, TestServer server)
{
    private const string Room = "club";
    private static readonly float Patience = (float)ChatPage.Patience.TotalMilliseconds;

    // A PNG of one pixel.
    private static readonly byte[] Png = Convert.FromBase64String("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==");

    [Fact]
    public async Task A_preview_comes_live_and_goes_with_its_link()
    {
        await using var pages = new PageServer(AnswerAsync);
        await using var site = await ChatSite.StartAsync(chromium, server.Require(), options: ["--previews", $"127.0.0.1:{pages.Port}", "--networks", "127.0.0.0/8"]);
        await site.Chat.Rooms.CreateAsync(Room, new RoomAbout { Name = "Club", Topic = "What we do" }, owner: "alice");
        var alice = await site.OpenAsync("alice", Room, node: 0);
        var bob = await site.OpenAsync("bob", Room, node: 1);

        await alice.SendAsync($"see {pages.Address}/page and {site.Nodes[0].Address}/#/room/{Room}");
        foreach (var page in new[] { alice, bob })
        {
            await Expect(Titles(page)).ToHaveTextAsync(["<b>Bold</b> & more", "Club"], new() { Timeout = Patience });
        }

        var first = bob.Tab.GetByTestId("preview").First;
        await Expect(first).ToContainTextAsync("127.0.0.1");
        await Expect(first).ToHaveAttributeAsync("href", $"{pages.Address}/page");
        await Expect(first).ToHaveAttributeAsync("rel", "noopener noreferrer");
        await Expect(bob.Tab.GetByTestId("preview").Last).ToContainTextAsync("What we do");

        // An edit keeps the preview whose link stays; a page that is loaded shows the same.
        await alice.ActAsync($"see {pages.Address}/page and {site.Nodes[0].Address}/#/room/{Room}", "edit");
        await alice.SendAsync($"only {pages.Address}/page");
        foreach (var page in new[] { alice, bob })
        {
            await Expect(Titles(page)).ToHaveTextAsync(["<b>Bold</b> & more"], new() { Timeout = Patience });
        }

        await bob.Tab.ReloadAsync();
        await Expect(Titles(bob)).ToHaveTextAsync(["<b>Bold</b> & more"], new() { Timeout = Patience });
        await alice.ActAsync($"only {pages.Address}/page", "edit");
        await alice.SendAsync("nothing");
        await Expect(Titles(alice)).ToHaveCountAsync(0, new() { Timeout = Patience });
        await Expect(Titles(bob)).ToHaveCountAsync(0, new() { Timeout = Patience });
        (await site.StoredAsync(Room)).Should().ContainSingle().Which.Text.Should().Be("nothing");
        alice.Trouble.Concat(bob.Trouble).Should().BeEmpty();
    }

    [Fact]
    public async Task A_thread_has_files_and_previews_too()
    {
        await using var pages = new PageServer(AnswerAsync);
        await using var site = await ChatSite.StartAsync(chromium, server.Require(), options: ["--previews", $"127.0.0.1:{pages.Port}", "--networks", "127.0.0.0/8"]);
        await site.Chat.Rooms.CreateAsync(Room, new RoomAbout { Name = "Club" }, owner: "alice");
        var alice = await site.OpenAsync("alice", Room, node: 0);
        var bob = await site.OpenAsync("bob", Room, node: 1);
        await bob.SendAsync("question");
        await alice.ActAsync("question", "thread");
        await bob.ActAsync("question", "thread");

        // What is chosen in the thread goes there, and what is chosen in the room stays there.
        await ChooseAsync(alice, "composer-file", "room.png");
        await ChooseAsync(alice, "thread-composer-file", "thread.png");
        await Expect(alice.Tab.GetByTestId("thread-uploads").Locator("[data-state=ready]")).ToHaveCountAsync(1, new() { Timeout = Patience });
        var composer = alice.Tab.GetByTestId("thread-composer");
        await composer.FillAsync($"look at {pages.Address}/page");
        await composer.PressAsync("Enter");

        var replies = bob.Tab.GetByTestId("thread-messages");
        var picture = replies.GetByTestId("picture").Locator("img");
        await Expect(picture).ToHaveAttributeAsync("alt", "thread.png", new() { Timeout = Patience });
        await Expect(picture).ToHaveJSPropertyAsync("naturalWidth", 1, new() { Timeout = Patience });
        await Expect(replies.GetByTestId("preview-title")).ToHaveTextAsync(["<b>Bold</b> & more"], new() { Timeout = Patience });
        await Expect(alice.Tab.GetByTestId("thread-uploads").GetByTestId("upload")).ToHaveCountAsync(0);
        await Expect(alice.Tab.GetByTestId("uploads").GetByTestId("upload")).ToHaveCountAsync(1);

        // A picture alone; then the replies go, and with them their files. That of the room was not sent and stays for a day.
        await ChooseAsync(alice, "thread-composer-file", "alone.png");
        await Expect(alice.Tab.GetByTestId("thread-uploads").Locator("[data-state=ready]")).ToHaveCountAsync(1, new() { Timeout = Patience });
        await alice.Tab.GetByTestId("thread-send").ClickAsync();
        await Expect(replies.GetByTestId("picture")).ToHaveCountAsync(2, new() { Timeout = Patience });
        var thread = new ThreadId(Room, 1).RoomId;
        await site.Chat.Room(thread).DeleteAsync(1, "alice");
        await site.Chat.Room(thread).DeleteAsync(2, "alice");
        await Expect(replies.GetByTestId("picture")).ToHaveCountAsync(0, new() { Timeout = Patience });
        await Poll.UntilAsync(() => Task.FromResult(Directory.EnumerateFiles(site.Files, "*", SearchOption.AllDirectories).Count() == 2), "the files of the thread are gone");
        alice.Trouble.Concat(bob.Trouble).Should().BeEmpty();
    }

    [Fact]
    public async Task A_node_opens_listed_pages_only_and_follows_no_redirect_elsewhere()
    {
        await using var pages = new PageServer(AnswerAsync);
        await using var site = await ChatSite.StartAsync((IBrowser?)null, server.Require(), nodes: 1, options: ["--previews", $"127.0.0.1:{pages.Port}", "--networks", "127.0.0.0/8"]);
        using var alice = await SignInAsync(site, "alice");

        // One after the other, so the last one's preview says that all were decided. An endless page is read as far as its title can be, and one that does not answer is given up.
        (await TitlesAsync(site, alice, $"{pages.Address}/elsewhere {pages.Address}/picture {pages.Address}/silent {pages.Address}/endless {pages.Address}/page"))
            .Should().Equal("Endless", "<b>Bold</b> & more");
        (await TitlesAsync(site, alice, $"http://localhost:{pages.Port}/listed-by-address-only {pages.Address}/round {pages.Address}/none {pages.Address}/moved")).Should().Equal("<b>Bold</b> & more");
        pages.Requests.Should().Equal(
            "/elsewhere", "/picture", "/silent", "/endless", "/page", "/round", "/round", "/round", "/round", "/none", "/moved", "/page");
    }

    [Fact]
    public async Task A_node_connects_to_no_private_address_and_shows_nothing_of_closed_rooms()
    {
        await using var pages = new PageServer(AnswerAsync);
        await using var site = await ChatSite.StartAsync((IBrowser?)null, server.Require(), nodes: 1, options: ["--previews", $"127.0.0.1:{pages.Port},localhost:{pages.Port}"]);
        using var alice = await SignInAsync(site, "alice");
        await site.Chat.Rooms.CreateAsync("open", new RoomAbout { Name = "Open" }, owner: "eve");
        await site.Chat.Rooms.CreateAsync("closed", new RoomAbout { Name = "Closed" }, RuleSet.MembersOnly, owner: "eve");
        await site.Chat.SendAsync("open", "eve", "secret words");
        var node = $"{site.Nodes[0].Address}/#/room";

        (await TitlesAsync(site, alice, $"{pages.Address}/page http://localhost:{pages.Port}/page {node}/closed {node}/open/7 {node}/open/1")).Should().Equal("Open");
        pages.Requests.Should().BeEmpty("both hosts are listed, but this machine is not");
        var preview = (await site.Chat.GetAsync(Room, 1))!.Previews.Single();
        preview.ToString().Should().NotContain("secret").And.NotContain("eve", "a preview outlives the message that it names");
    }

    private static async Task AnswerAsync(string path, NetworkStream stream, CancellationToken stop)
    {
        const string Html = "Content-Type: text/html; charset=utf-8";
        switch (path)
        {
            case "/page":
                await PageServer.AnswerAsync(stream, "200 OK", Html, "<html><head><meta property='og:title' content='&lt;b&gt;Bold&lt;/b&gt;\n&amp; more'><title>Title</title></head></html>");
                break;
            case "/moved":
                await PageServer.AnswerAsync(stream, "301 Moved", "Location: /page", "");
                break;
            case "/round":
                await PageServer.AnswerAsync(stream, "302 Found", "Location: /round", "");
                break;
            case "/elsewhere":
                await PageServer.AnswerAsync(stream, "307 Elsewhere", "Location: http://169.254.169.254/latest/meta-data", "");
                break;
            case "/picture":
                await PageServer.AnswerAsync(stream, "200 OK", "Content-Type: image/png", "<title>No page</title>");
                break;
            case "/none":
                await PageServer.AnswerAsync(stream, "200 OK", Html, "<title> &#0; \n</title>");
                break;
            case "/silent":
                await Task.Delay(Timeout.InfiniteTimeSpan, stop);
                break;
            case "/endless":
                await PageServer.AnswerAsync(stream, "200 OK", Html, "<title>Endless</title>");
                for (var more = Encoding.UTF8.GetBytes(new string('<', 4096)); ;)
                {
                    await stream.WriteAsync(more, stop);
                }

            default:
                await PageServer.AnswerAsync(stream, "404 Not Found", Html, "<title>Not found</title>");
                break;
        }
    }

    private static ILocator Titles(ChatPage page) => page.Tab.GetByTestId("preview-title");

    private static Task ChooseAsync(ChatPage page, string input, string name) =>
        page.Tab.GetByTestId(input).SetInputFilesAsync([new FilePayload { Name = name, MimeType = "image/png", Buffer = Png }]);

    private static async Task<HttpClient> SignInAsync(ChatSite site, string user)
    {
        var client = new HttpClient { BaseAddress = new Uri(site.Nodes[0].Address) };
        (await client.PostAsync("/sign-in", Json($$"""{"name":"{{user}}"}"""))).EnsureSuccessStatusCode();
        return client;
    }

    private static StringContent Json(string text) => new(text, Encoding.UTF8, "application/json");

    /// <summary>Sends a message through the node and waits for its previews.</summary>
    private static async Task<IEnumerable<string>> TitlesAsync(ChatSite site, HttpClient client, string text)
    {
        (await client.PostAsync($"/chat/rooms/{Room}/messages", Json($$"""{"text":"{{text}}"}"""))).EnsureSuccessStatusCode();
        Message? message = null;
        await Poll.UntilAsync(
            async () => (message = (await site.Chat.ReceiveAsync(Room, new MessageQuery(1))).Messages.Single()).Previews.Count > 0,
            "the message has previews");
        return message!.Previews.Select(preview => preview.Title);
    }
}
