using System.Text.RegularExpressions;
using StackExchange.Redis;

namespace RedisChat.IntegrationTests.Redis;

/// <summary>A server to inspect, well configured except for the test's changes.</summary>
internal sealed partial class Patient : IAsyncDisposable
{
    // Later arguments win over earlier ones.
    private static readonly string[] Well =
        ["--appendonly", "yes", "--appendfsync", "always", "--maxmemory", "1gb", "--hash-max-listpack-value", "1024"];

    private Patient(RedisProcess redis, ConnectionMultiplexer administrator) => (Redis, Administrator) = (redis, administrator);

    public RedisProcess Redis { get; }

    public ConnectionMultiplexer Administrator { get; }

    public string Configuration => Redis.Configuration;

    public static async Task<Patient> StartAsync(params string[] arguments)
    {
        var redis = await RedisProcess.StartAsync([.. Well, .. arguments]);
        return new Patient(redis, await redis.ConnectAsync());
    }

    public Task<ServerInspection> InspectAsync(string options = "") => InspectAsync($"{Configuration},{options}", default(TimeProvider));

    public static async Task<ServerInspection> InspectAsync(string configuration, TimeProvider? time)
    {
        await using var store = new RedisMessageStore(
            RedisChat.Redis.RedisConnection.Own(ConfigurationOptions.Parse(configuration)), options: null, keys: null, time);
        return await store.InspectServerAsync(TimeSpan.FromSeconds(10), TestContext.Current.CancellationToken);
    }

    /// <summary>Inspects until a condition holds, because a server updates its figures with a delay.</summary>
    public static async Task<ServerInspection> InspectUntilAsync(string configuration, Func<ServerInspection, bool> holds)
    {
        var deadline = DateTime.UtcNow.AddSeconds(60);
        while (true)
        {
            ServerInspection? inspection = null;
            try
            {
                inspection = await InspectAsync(configuration, time: null);
            }
            catch (ChatUnavailableException) when (DateTime.UtcNow <= deadline)
            {
                // On a busy machine no server may answer within the connect timeout.
            }

            if (inspection is not null && holds(inspection))
            {
                return inspection;
            }

            if (DateTime.UtcNow > deadline)
            {
                Assert.Fail($"Not found within a minute: {string.Join('\n', inspection?.Findings ?? [])}");
            }

            await Task.Delay(50);
        }
    }

    /// <summary>Runs a command as typed into <c>redis-cli</c>.</summary>
    public Task RunAsync(string command)
    {
        var words = Word().Matches(command).Select(word => word.Value.Trim('"')).ToArray();
        return Administrator.GetServers()[0].ExecuteAsync(words[0], [.. words[1..]]);
    }

    /// <summary>The directory of its files.</summary>
    public async Task<string> DirectoryAsync() => (await Administrator.GetServers()[0].ConfigGetAsync("dir"))[0].Value;

    public async ValueTask DisposeAsync()
    {
        await Administrator.DisposeAsync();
        await Redis.DisposeAsync();
    }

    [GeneratedRegex("\"[^\"]*\"|\\S+")]
    private static partial Regex Word();
}
