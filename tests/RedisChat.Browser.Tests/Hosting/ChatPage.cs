using System.Collections.Concurrent;
using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.Playwright;
using RedisChat.IntegrationTests;
using static Microsoft.Playwright.Assertions;

namespace RedisChat.Browser.Tests;

/// <summary>A tab in which a user has a room open.</summary>
internal sealed class ChatPage
{
    /// <summary>How long a page may take for anything; far longer than it does.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    // As text and not as a list of texts, so that it is read in one step.
    private const string Shown = """
        () => JSON.stringify([...document.querySelectorAll("[data-testid=message]")].map((message) => ({
          id: message.dataset.id === undefined ? null : Number(message.dataset.id),
          user: message.dataset.user,
          text: message.querySelector("[data-testid=text]").textContent,
        })))
        """;

    private static readonly LocatorAssertionsToHaveCountOptions Count = new() { Timeout = (float)Patience.TotalMilliseconds };
    private static readonly LocatorAssertionsToHaveAttributeOptions Attribute = new() { Timeout = (float)Patience.TotalMilliseconds };

    private readonly ConcurrentQueue<string> _trouble = [];
    private readonly ConcurrentQueue<string> _streams = [];

    public ChatPage(IPage page, string user)
    {
        (Tab, User) = (page, user);
        page.PageError += (_, error) => _trouble.Enqueue(error);
        page.Request += (_, request) => Note("began", request);
        page.RequestFinished += (_, request) => Note("ended", request);
        page.RequestFailed += (_, request) => Note($"failed ({request.Failure})", request);
        page.Dialog += (_, dialog) =>
        {
            _trouble.Enqueue($"dialog: {dialog.Message}");
            _ = dialog.DismissAsync();
        };
    }

    public IPage Tab { get; }

    public string User { get; }

    /// <summary>Errors of scripts, and dialogs: there must be none.</summary>
    public IReadOnlyCollection<string> Trouble => _trouble;

    /// <summary>When event streams began and ended, for the message of a failed test.</summary>
    public string Streams => string.Join("; ", _streams);

    public ILocator Messages => Tab.GetByTestId("message");

    /// <summary>What the page shows, in its order.</summary>
    public async Task<IReadOnlyList<ShownMessage>> ShownAsync() =>
        JsonSerializer.Deserialize<List<ShownMessage>>(await Tab.EvaluateAsync<string>(Shown), JsonSerializerOptions.Web)!;

    /// <summary>Loads an address and waits until its room is shown and live.</summary>
    public async Task OpenAsync(string address)
    {
        await Tab.GotoAsync(address);
        await IsLiveAsync();
    }

    /// <summary>Waits until the room is shown and its stream is open.</summary>
    public async Task IsLiveAsync()
    {
        await Expect(Tab.GetByTestId("messages")).ToBeVisibleAsync(new() { Timeout = (float)Patience.TotalMilliseconds });
        await HasStateAsync("online");
    }

    /// <summary>Waits for a state of the connection.</summary>
    public Task HasStateAsync(string state) => Expect(Tab.Locator("body")).ToHaveAttributeAsync("data-state", state, Attribute);

    /// <summary>Records the states of the connection from now on.</summary>
    /// <returns>Reads those so far.</returns>
    public async Task<Func<Task<string[]>>> RecordStatesAsync()
    {
        await Tab.EvaluateAsync("""
            () => {
              window.states = [];
              new MutationObserver(() => states.push(document.body.dataset.state)).observe(document.body, { attributeFilter: ["data-state"] });
            }
            """);
        return () => Tab.EvaluateAsync<string[]>("() => states");
    }

    /// <summary>Writes a message and presses Enter.</summary>
    public async Task SendAsync(string text)
    {
        var composer = Tab.GetByTestId("composer");
        await composer.FillAsync(text);
        await composer.PressAsync("Enter");
    }

    /// <summary>Writes messages one after the other.</summary>
    public async Task SendAsync(IEnumerable<string> texts, Func<int, Task>? before = null)
    {
        var number = 0;
        foreach (var text in texts)
        {
            await (before?.Invoke(number++) ?? Task.CompletedTask);
            await SendAsync(text);
        }
    }

    /// <summary>Waits until everything that was written is stored, and nothing was refused.</summary>
    public async Task HasSentAllAsync()
    {
        // The page shows a message in the next frame: before that, there is nothing that could be pending.
        await Tab.EvaluateAsync("() => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(() => resolve())))");
        await Expect(Tab.Locator("[data-testid=message][data-pending=true]")).ToHaveCountAsync(0, Count);
        await Expect(Tab.Locator("[data-testid=message][data-failed]")).ToHaveCountAsync(0, Count);
    }

    /// <summary>Waits until the page shows so many messages and checks that they are these, in this order, each once.</summary>
    public async Task ShowsAsync(IReadOnlyList<ShownMessage> messages)
    {
        await ShowsAllAsync(messages.Count);
        (await ShownAsync()).Should().Equal(messages, $"that is what is stored, and {User}'s page shows it");
        Trouble.Should().BeEmpty();
    }

    /// <summary>Waits for a message whose text, not its quote, contains this.</summary>
    public Task ShowsAsync(string text) =>
        Expect(Messages.Filter(new LocatorFilterOptions { Has = Tab.Locator("[data-testid=text]", new() { HasText = text }) })).ToHaveCountAsync(1, Count);

    /// <summary>The message with this text, edited or not.</summary>
    public ILocator Message(string text) => Messages.Filter(new LocatorFilterOptions { Has = Tab.Locator("[data-testid=text]", new() { HasTextRegex = new Regex($@"^{Regex.Escape(text)}(\s*\(edited\))?$") }) });

    /// <summary>Shows the actions of a message and clicks one of them, or one of those in their menu.</summary>
    public async Task ActAsync(string text, string action)
    {
        var message = Message(text);
        var isShown = action is "reply" or "thread";
        var tool = message.GetByTestId(isShown ? action : "more");
        for (var moves = 1; ; moves++)
        {
            // The tools go to the message below the pointer. If the list moves after the pointer was there, so do they, and the pointer must follow.
            await message.HoverAsync();
            try
            {
                await tool.ClickAsync(new() { Timeout = 5000 });
                break;
            }
            catch (TimeoutException) when (moves < 10)
            {
                // They are at another message.
            }
        }

        if (!isShown)
        {
            await Tab.GetByTestId("menu").GetByTestId(action).ClickAsync();
        }
    }

    /// <summary>Deletes a message of one's own.</summary>
    public async Task DeleteAsync(string text)
    {
        await ActAsync(text, "delete");
        await Tab.GetByTestId("dialog-ok").ClickAsync();
        await Expect(Message(text)).ToHaveCountAsync(0, Count);
    }

    private void Note(string what, IRequest request)
    {
        if (request.Url.Contains("/chat/stream", StringComparison.Ordinal))
        {
            _streams.Enqueue($"{TimeProvider.System.GetUtcNow():mm:ss.fff} {what} {request.Method} {request.Url}");
        }
    }

    // A page begins with the newest 50: scrolls up until the beginning of the room is reached.
    private async Task ShowsAllAsync(int count)
    {
        var beginning = Tab.GetByTestId("beginning");
        await Poll.UntilAsync(
            async () =>
            {
                await Tab.GetByTestId("messages").EvaluateAsync("list => list.scrollTop = 0");
                return await beginning.IsVisibleAsync();
            },
            "the beginning of the room is shown");
        await Expect(Messages).ToHaveCountAsync(count, Count);
    }
}
