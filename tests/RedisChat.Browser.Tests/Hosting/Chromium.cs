using Microsoft.Playwright;
using RedisChat.Browser.Tests;
using RedisChat.IntegrationTests;

[assembly: AssemblyFixture(typeof(Chromium))]

// Each test has nodes and pages of its own; more at a time would only make them wait for each other.
[assembly: Xunit.v3.Parallelization(MaxThreads = 2)]

namespace RedisChat.Browser.Tests;

/// <summary>The browsers that all tests share; each user of a test has a context of its own: cookies, storage, locks.</summary>
public sealed class Chromium : IAsyncLifetime
{
    private static readonly string[] Whole = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];

    private readonly SemaphoreSlim _starting = new(1);
    private readonly Dictionary<string, IBrowser> _browsers = [];
    private IPlaywright? _playwright;

    public ValueTask InitializeAsync()
    {
        // Playwright's own five seconds are too few for a machine that runs servers, nodes and browsers at once.
        Assertions.SetDefaultExpectTimeout((float)ChatPage.Patience.TotalMilliseconds);
        return default;
    }

    /// <summary>A browser, started by the first test that needs it. Without one the test is skipped; on a build server it fails.</summary>
    /// <param name="isWhole">Whether it must be the whole browser. The headless shell shows pages as that does, in half of the processor's time, but has no back/forward cache.</param>
    internal async Task<IBrowser> RequireAsync(bool isWhole = false)
    {
        var program = Find(isWhole ? Whole : ["chromium-headless-shell", .. Whole]);
        if (program is null)
        {
            TestServer.SkipOrFail($"The test runs in a browser, but there is none of {string.Join(", ", Whole)} on the PATH.");
        }

        await _starting.WaitAsync();
        try
        {
            _playwright ??= await Playwright.CreateAsync();
            if (!_browsers.TryGetValue(program, out var browser))
            {
                browser = _browsers[program] = await _playwright.Chromium.LaunchAsync(new BrowserTypeLaunchOptions
                {
                    ExecutablePath = program,
                    Headless = true,
                    Args =
                    [
                        "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
                        "--disable-component-update", "--disable-sync", "--disable-dev-shm-usage",
                    ],

                    // The back/forward cache, which Playwright turns off, is part of what is tested.
                    IgnoreDefaultArgs = ["--disable-back-forward-cache"],
                });
            }

            return browser;
        }
        finally
        {
            _starting.Release();
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var browser in _browsers.Values)
        {
            await browser.CloseAsync();
        }

        _playwright?.Dispose();
        _starting.Dispose();
    }

    // Those on the machine: Playwright's own would have to be downloaded.
    private static string? Find(string[] programs) =>
        programs.SelectMany(program => (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator).Select(directory => Path.Combine(directory, program)))
            .FirstOrDefault(File.Exists);
}
