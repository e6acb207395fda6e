using Microsoft.Playwright;
using RedisChat.Browser.Tests;
using RedisChat.IntegrationTests;

[assembly: AssemblyFixture(typeof(Chromium))]

// Each test has nodes and pages of its own; more at a time would only make them wait for each other.
[assembly: Xunit.v3.Parallelization(MaxThreads = 2)]

namespace RedisChat.Browser.Tests;

/// <summary>The browser that all tests share; each user of a test has a context of its own: cookies, storage, locks.</summary>
public sealed class Chromium : IAsyncLifetime
{
    // The headless shell shows pages as the whole browser does, in half of the processor's time.
    private static readonly string[] Programs = ["chromium-headless-shell", "chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];

    private readonly SemaphoreSlim _starting = new(1);
    private IPlaywright? _playwright;
    private IBrowser? _browser;

    // The one on the machine: Playwright's own would have to be downloaded.
    private static string? Program =>
        Programs.SelectMany(program => (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator).Select(directory => Path.Combine(directory, program)))
            .FirstOrDefault(File.Exists);

    public ValueTask InitializeAsync() => default;

    /// <summary>The browser, started by the first test that needs it. Without one the test is skipped; on a build server it fails.</summary>
    internal async Task<IBrowser> RequireAsync()
    {
        var program = Program;
        if (program is null)
        {
            TestServer.SkipOrFail($"The test runs in a browser, but there is none of {string.Join(", ", Programs)} on the PATH.");
        }

        await _starting.WaitAsync();
        try
        {
            _playwright ??= await Playwright.CreateAsync();
            return _browser ??= await _playwright.Chromium.LaunchAsync(new BrowserTypeLaunchOptions
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
        finally
        {
            _starting.Release();
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_browser is not null)
        {
            await _browser.CloseAsync();
        }

        _playwright?.Dispose();
        _starting.Dispose();
    }
}
