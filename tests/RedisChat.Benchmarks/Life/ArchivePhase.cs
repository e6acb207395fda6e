using System.Globalization;
using StackExchange.Redis;

namespace RedisChat.Benchmarks.Life;

/// <summary>The old messages of all rooms move to an archive in files.</summary>
internal sealed class ArchivePhase : ILifePhase
{
    // As if the upkeep had prepared the room long ago.
    private const string Prepare =
        """
        local uses = redis.call('HGET', KEYS[1], 'uses') or ''
        if not string.find(uses, 'o', 1, true) then uses = uses .. 'o' end
        return redis.call('HSET', KEYS[1], 'archived', '0 1 0', 'uses', uses)
        """;

    public string Name => "archive";

    public bool Encrypts => true;

    public bool Archives => true;

    public async Task PrepareAsync(LifeRun run)
    {
        if (!run.Scale.Prepares)
        {
            await Task.WhenAll(run.Numbers.Select(number => run.Source.Database.ScriptEvaluateAsync(Prepare, [LifeRooms.KeyOf(LifeRooms.NameOf(number))])));
        }
    }

    public async Task RunAsync(LifeRun run, LifeChat chat)
    {
        var before = await UsedAsync(run.Source);
        string[] where = ["--redis", run.Source.Configuration, "--archive", run.ArchiveDirectory, "--keys", run.KeyFile];
        LifeRun.RequireDone(await run.Faults.RunAsync(
            run.Source, Moved(run), killsServer: true, repeats: false, ["archive", "--all", "--keep", run.Scale.Kept.ToString(CultureInfo.InvariantCulture), .. where]));
        var after = await UsedAsync(run.Source);
        run.Say(string.Create(
            CultureInfo.InvariantCulture, $"  memory of Redis: {before / 1e6:0.0} MB before, {after / 1e6:0.0} MB after; archive: {DirectoryProbe.SizeOf(run.ArchiveDirectory) / 1e6:0.0} MB of files"));
        await run.VerifyAsync(run.Source, "--archive", run.ArchiveDirectory, "--keys", run.KeyFile);
    }

    private static async Task<long> UsedAsync(LifeServer server)
    {
        await server.Database.ExecuteAsync("MEMORY", "PURGE");
        return await server.InfoAsync("memory", "used_memory");
    }

    /// <summary>The share of rooms of which something is in the archive.</summary>
    private static RoomsProbe Moved(LifeRun run) => new(
        run.Source, [.. run.Numbers.Select(LifeRooms.NameOf)],
        static async (database, room) => (await database.HashGetAsync(LifeRooms.KeyOf(room), "archived")).ToString(), static (_, archived) => archived.Length > 0 && archived[0] != '0');
}
