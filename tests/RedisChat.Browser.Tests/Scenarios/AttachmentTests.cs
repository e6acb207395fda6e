using System.Text;
using Microsoft.Playwright;
using RedisChat.IntegrationTests;
using static Microsoft.Playwright.Assertions;

namespace RedisChat.Browser.Tests;

/// <summary>Files in messages, between users on different nodes that share a directory.</summary>
public sealed class AttachmentTests(Chromium chromium, TestServer server)
{
    private const string Room = "club";

    private static readonly float Patience = (float)ChatPage.Patience.TotalMilliseconds;

    // A PNG of one pixel.
    private static readonly byte[] Png = Convert.FromBase64String("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==");

    [Fact]
    public async Task A_file_is_seen_on_the_other_node_and_gone_with_its_message()
    {
        await using var site = await ChatSite.StartAsync(chromium, server.Require());
        await site.Chat.Rooms.CreateAsync(Room, new RoomAbout { Name = "Club" }, owner: "alice");
        var alice = await site.OpenAsync("alice", Room, node: 0);
        var bob = await site.OpenAsync("bob", Room, node: 1);
        await ChooseAsync(alice, ("<kätzchen> 1.png", "image/png", Png), ("notes.txt", "text/html", "just a text, ü"u8.ToArray()));
        await Expect(alice.Tab.Locator("[data-testid=upload][data-state=ready]")).ToHaveCountAsync(2, new() { Timeout = Patience });
        await alice.SendAsync("Look at this");

        await bob.ShowsAsync("Look at this");
        var picture = bob.Tab.GetByTestId("picture").Locator("img");
        await Expect(picture).ToHaveAttributeAsync("alt", "<kätzchen> 1.png", new() { Timeout = Patience });
        await Expect(picture).ToHaveJSPropertyAsync("naturalWidth", 1, new() { Timeout = Patience });
        await Expect(bob.Tab.GetByTestId("file")).ToContainTextAsync("notes.txt");
        var address = $"{site.Nodes[1].Address}/{(await site.Chat.GetAsync(Room, 1))!.Attachments[0].Address}";
        var answer = await bob.Tab.Context.APIRequest.GetAsync(address);
        (answer.Status, answer.Headers["content-type"], answer.Headers["x-content-type-options"]).Should().Be((200, "image/png", "nosniff"));
        var text = await bob.Tab.Context.APIRequest.GetAsync($"{site.Nodes[1].Address}/{(await site.Chat.GetAsync(Room, 1))!.Attachments[1].Address}");
        (await text.TextAsync()).Should().Be("just a text, ü");
        (text.Headers["content-type"], text.Headers["content-disposition"]).Should().Match<(string Type, string Disposition)>(headers => headers.Type == "text/plain" && headers.Disposition.StartsWith("attachment"));

        // A picture alone, without a text.
        await ChooseAsync(alice, ("two.png", "image/png", Png));
        await Expect(alice.Tab.Locator("[data-testid=upload][data-state=ready]")).ToHaveCountAsync(1, new() { Timeout = Patience });
        await alice.Tab.GetByTestId("send-later").ClickAsync();
        await Expect(alice.Tab.GetByTestId("toasts")).ToContainTextAsync("Files cannot be sent later.", new() { Timeout = Patience });
        await alice.Tab.GetByTestId("send").ClickAsync();
        await Expect(bob.Tab.GetByTestId("picture")).ToHaveCountAsync(2, new() { Timeout = Patience });
        Files(site).Should().HaveCount(9);

        await alice.DeleteAsync("Look at this");
        await Expect(bob.Tab.GetByTestId("picture")).ToHaveCountAsync(1, new() { Timeout = Patience });
        await Poll.UntilAsync(() => Task.FromResult(Files(site).Count == 3), "the files of the deleted message are gone");
        (await bob.Tab.Context.APIRequest.GetAsync(address)).Status.Should().Be(404);
        await site.SettleAsync(Room, alice, bob);
    }

    [Fact]
    public async Task Files_of_a_room_are_for_its_readers_and_only_harmless_files_are_taken()
    {
        await using var site = await ChatSite.StartAsync(chromium, server.Require(), nodes: 1);
        await site.Chat.Rooms.CreateAsync(Room, new RoomAbout { Name = "Club" }, RuleSet.MembersOnly, owner: "alice");
        await site.Chat.Rooms.CreateAsync("other", new RoomAbout { Name = "Other" }, owner: "eve");
        var alice = await site.OpenAsync("alice", Room);
        var eve = await site.OpenAsync("eve", "other");
        var node = site.Nodes[0].Address;
        await ChooseAsync(alice, ("one.png", "image/png", Png));
        await Expect(alice.Tab.Locator("[data-testid=upload][data-state=ready]")).ToHaveCountAsync(1, new() { Timeout = Patience });
        await alice.SendAsync("secret");
        await alice.HasSentAllAsync();
        var address = (await site.Chat.GetAsync(Room, 1))!.Attachments.Single().Address;

        (await alice.Tab.Context.APIRequest.GetAsync($"{node}/{address}")).Status.Should().Be(200);
        (await eve.Tab.Context.APIRequest.GetAsync($"{node}/{address}")).Status.Should().Be(403);
        (await eve.Tab.Context.APIRequest.GetAsync($"{node}/{address.Replace($"room={Room}", "room=other", StringComparison.Ordinal)}")).Status.Should().Be(404);
        foreach (var path in new[] { "files/..%2f..%2fwebchat?room=other", "files/x?room=..%2f", $"files/{new string('0', 32)}?room=other", $"{address.Split('?')[0]}.json?room=other" })
        {
            (await eve.Tab.Context.APIRequest.GetAsync($"{node}/{path}")).Status.Should().BeOneOf([400, 403, 404], path);
        }

        (await eve.Tab.Context.APIRequest.PostAsync($"{node}/files?room={Room}&name=a.png", new() { DataByte = Png })).Status.Should().Be(403);
        var refused = await eve.Tab.Context.APIRequest.PostAsync(
            $"{node}/chat/rooms/other/messages",
            new() { DataObject = new { text = "stolen", attachments = new[] { new { kind = "image", name = "one.png", mediaType = "image/png", size = Png.Length, address } } } });
        refused.Status.Should().Be(403, await refused.TextAsync());

        var page = Encoding.UTF8.GetBytes("<!doctype html><script>alert(1)</script>");
        await ChooseAsync(eve, ("cat.png", "image/png", page), ("page.html", "text/html", page), ("tool.exe", "application/pdf", [0x4d, 0x5a, 0, 1]), ("picture.svg", "image/svg+xml", "<svg xmlns='http://www.w3.org/2000/svg'/>"u8.ToArray()));
        await Expect(eve.Tab.Locator("[data-testid=upload][data-state=refused]")).ToHaveCountAsync(4, new() { Timeout = Patience });
        await Expect(eve.Tab.GetByTestId("send")).ToBeDisabledAsync();
        (await eve.Tab.Context.APIRequest.PostAsync($"{node}/files?room=other&name=a.txt", new() { DataByte = [.. Enumerable.Repeat((byte)'a', (8 * 1024 * 1024) + 1)] })).Status.Should().Be(413);
        Files(site).Should().HaveCount(3, "only the picture of the message is there");
        Directory.GetFileSystemEntries(site.Files).Should().ContainSingle("a room without files has no directory");
        eve.Trouble.Should().BeEmpty();
    }

    private static Task ChooseAsync(ChatPage page, params (string Name, string Type, byte[] Content)[] files) =>
        page.Tab.GetByTestId("composer-file").SetInputFilesAsync(files.Select(file => new FilePayload { Name = file.Name, MimeType = file.Type, Buffer = file.Content }));

    private static List<string> Files(ChatSite site) =>
        Directory.Exists(site.Files) ? [.. Directory.EnumerateFiles(site.Files, "*", SearchOption.AllDirectories)] : [];
}
