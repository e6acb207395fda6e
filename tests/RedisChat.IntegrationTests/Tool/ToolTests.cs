using System.Diagnostics;
using System.Text.Json;
using RedisChat.IntegrationTests.Sample;
using StackExchange.Redis;

namespace RedisChat.IntegrationTests.CommandLine;

/// <summary>What tests of commands have in common: a chat of their own on the shared server, which the command finds through its environment, with no more rights than a chat has.</summary>
public abstract class ToolTests(TestServer server) : IAsyncDisposable
{
    private RedisMessageStore? _store;

    protected static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    protected string Prefix { get; } = $"test-{Guid.NewGuid():n}";

    protected Chat Chat => new(_store ??= new RedisMessageStore(server.ChatConnection, new RedisStoreOptions { KeyPrefix = Prefix }));

    internal ConsoleProcess Start(params string[] arguments) => ToolProcess.StartWith(Environment(), [.. arguments, "--prefix", Prefix]);

    internal ProcessStartInfo Describe(params string[] arguments) => ToolProcess.Describe(Environment(), [.. arguments, "--prefix", Prefix]);

    internal Task<ConsoleRun> RunAsync(params string[] arguments) => RunOnAsync([], arguments);

    internal Task<ConsoleRun> RunOnAsync(IEnumerable<string> lines, params string[] arguments) => ToolProcess.RunWithAsync(Environment(), lines, [.. arguments, "--prefix", Prefix]);

    /// <summary>Runs it with one more variable in its environment.</summary>
    internal Task<ConsoleRun> RunWithAsync(string variable, string value, params string[] arguments) =>
        ToolProcess.RunWithAsync([.. Environment(), new(variable, value)], [], [.. arguments, "--prefix", Prefix]);

    /// <summary>Runs it in a shell, with a redirection.</summary>
    internal async Task<ConsoleRun> RunRedirectedAsync(string redirection, params string[] arguments)
    {
        var start = Describe(arguments);
        start.ArgumentList.Insert(0, start.FileName);
        start.ArgumentList.Insert(0, $"exec \"$0\" \"$@\" {redirection}");
        start.ArgumentList.Insert(0, "-c");
        start.FileName = "/bin/sh";
        using var process = Process.Start(start)!;
        var (output, errors) = (process.StandardOutput.ReadToEndAsync(Cancelled), process.StandardError.ReadToEndAsync(Cancelled));
        try
        {
            await process.WaitForExitAsync(Cancelled).WaitAsync(TimeSpan.FromSeconds(60), Cancelled);
        }
        catch
        {
            process.Kill();
            throw;
        }

        return new ConsoleRun(process.ExitCode, Lines(await output), Lines(await errors));

        static string[] Lines(string text) => text.Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }

    internal static JsonElement Json(ConsoleRun run) => JsonDocument.Parse(run.Output.Should().ContainSingle().Which).RootElement;

    /// <summary>All keys of this chat, with all that is in them and when they expire.</summary>
    protected async Task<Dictionary<string, string>> KeyspaceAsync()
    {
        if (_store is not null)
        {
            // What this process's own sends do in the background.
            await _store.SealedAsync();
            await _store.DirectoryKeptAsync();
        }

        var database = server.Connection.GetDatabase();
        var found = new Dictionary<string, string>();
        await foreach (var key in server.Connection.GetServers()[0].KeysAsync(pattern: $"{Prefix}:*"))
        {
            found.Add((string)key!, $"{await ContentAsync(database, key)} {await database.KeyExpireTimeAsync(key):O}");
        }

        return found;
    }

    /// <summary>Fails, and names the keys, unless nothing has changed since.</summary>
    protected async Task ShouldBeUnchangedAsync(Dictionary<string, string> before)
    {
        var now = await KeyspaceAsync();
        before.Keys.Union(now.Keys).Where(key => before.GetValueOrDefault(key) != now.GetValueOrDefault(key)).Should().BeEmpty();
        now.Should().NotBeEmpty();
    }

    public async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        if (_store is not null)
        {
            await _store.DisposeAsync();
        }
    }

    // The dump of a hash is in the order of its table, which Redis may still be enlarging.
    private static async Task<string> ContentAsync(IDatabase database, RedisKey key) => await database.KeyTypeAsync(key) == RedisType.Hash
        ? string.Join(' ', (await database.HashGetAllAsync(key)).Select(field => $"{Hex(field.Name)}={Hex(field.Value)}").Order(StringComparer.Ordinal))
        : Convert.ToHexString((await database.KeyDumpAsync(key))!);

    private static string Hex(RedisValue value) => Convert.ToHexString((byte[])value!);

    private Dictionary<string, string> Environment() => new() { ["REDISCHAT_REDIS"] = server.Require() };
}
