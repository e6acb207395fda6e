using System.Text.Json;
using Microsoft.Playwright;
using RedisChat.IntegrationTests;

namespace RedisChat.Browser.Tests;

/// <summary>Nodes of the WebChat sample on one Redis, pages of their users, and the store to compare them with.</summary>
internal sealed class ChatSite : IAsyncDisposable
{
    private readonly IBrowser? _browser;
    private readonly DirectoryInfo _directory;
    private readonly RedisMessageStore _store;
    private readonly Dictionary<string, IBrowserContext> _contexts = [];

    private ChatSite(IBrowser? browser, string redis, int nodes, string bot, IReadOnlyList<string> options)
    {
        _browser = browser;
        _directory = Directory.CreateTempSubdirectory("redischat-browser-");
        var prefix = $"test-browser-{Guid.NewGuid():N}";
        _store = new RedisMessageStore(redis, new RedisStoreOptions { KeyPrefix = prefix });
        Chat = new Chat(_store);

        var ports = Enumerable.Range(0, nodes).Select(_ => FreePort.Find()).ToList();
        var all = string.Join(',', ports.Select(port => $"http://127.0.0.1:{port}"));
        Nodes =
        [
            .. ports.Select(port => new WebChatNode(
                port, ["--redis", redis, "--prefix", prefix, "--keys", _directory.FullName, "--files", Files, "--nodes", all, "--bot", bot, .. options], _directory.FullName)),
        ];
    }

    /// <summary>Where all nodes keep uploaded files.</summary>
    public string Files => Path.Combine(_directory.FullName, "files");

    /// <summary>The same chat through the library.</summary>
    public Chat Chat { get; }

    public IReadOnlyList<WebChatNode> Nodes { get; }

    /// <summary>Starts the nodes, for pages in the browser.</summary>
    public static async Task<ChatSite> StartAsync(Chromium chromium, string redis, int nodes = 2, string bot = "off", params string[] options) =>
        await StartAsync(await chromium.RequireAsync(), redis, nodes, bot, options);

    /// <summary>Starts the nodes.</summary>
    /// <param name="browser">Where pages are opened; <see langword="null"/> if none are.</param>
    /// <param name="redis">The Redis of the nodes.</param>
    /// <param name="nodes">How many nodes.</param>
    /// <param name="bot">The name of the sample's bot, which joins the lobby; <c>off</c> for none.</param>
    /// <param name="options">Further options of the nodes.</param>
    public static async Task<ChatSite> StartAsync(IBrowser? browser, string redis, int nodes = 2, string bot = "off", params string[] options)
    {
        var site = new ChatSite(browser, redis, nodes, bot, options);
        try
        {
            await Task.WhenAll(site.Nodes.Select(node => node.StartAsync()));
            return site;
        }
        catch
        {
            await site.DisposeAsync();
            throw;
        }
    }

    /// <summary>Opens a room in a new tab of a user, who is signed in by the first one on each device.</summary>
    public async Task<ChatPage> OpenAsync(string user, string room, int node = 0, BrowserNewContextOptions? options = null, string device = "")
    {
        if (!_contexts.TryGetValue($"{user} {device}", out var context))
        {
            options ??= new BrowserNewContextOptions();

            // Without a graphics card, an endless animation of a waiting page takes the time that the other pages need.
            options.ReducedMotion ??= ReducedMotion.Reduce;
            _contexts[$"{user} {device}"] = context = await _browser!.NewContextAsync(options);
            context.SetDefaultTimeout((float)ChatPage.Patience.TotalMilliseconds);
            var answer = await context.APIRequest.PostAsync($"{Nodes[node].Address}/sign-in", new APIRequestContextOptions { DataObject = new { name = user } });
            answer.Ok.Should().BeTrue(await answer.TextAsync());
        }

        var page = new ChatPage(await context.NewPageAsync(), user);
        await page.OpenAsync($"{Nodes[node].Address}/#/room/{Uri.EscapeDataString(room)}");
        return page;
    }

    /// <summary>What the store holds.</summary>
    public async Task<IReadOnlyList<ShownMessage>> StoredAsync(string room)
    {
        var messages = new List<ShownMessage>();
        await foreach (var message in Chat.ReceiveAllAsync(room))
        {
            messages.Add(new ShownMessage(message.Id, message.User, message.Text));
        }

        messages.Sort((one, other) => one.Id!.Value.CompareTo(other.Id!.Value));
        return messages;
    }

    /// <summary>Waits until no page has anything left to send, and checks that each shows what the store holds, in its order.</summary>
    public async Task<IReadOnlyList<ShownMessage>> SettleAsync(string room, params ChatPage[] pages)
    {
        foreach (var page in pages)
        {
            await page.HasSentAllAsync();
        }

        var stored = await StoredAsync(room);
        foreach (var page in pages)
        {
            await page.ShowsAsync(stored);
        }

        return stored;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var context in _contexts.Values)
        {
            await context.CloseAsync();
        }

        foreach (var node in Nodes)
        {
            await node.DisposeAsync();
        }

        await _store.DisposeAsync();
        _directory.Delete(recursive: true);
    }
}
