using StackExchange.Redis;

namespace RedisChat.Benchmarks.Life;

/// <summary>All rooms are encrypted from now on. The keys are rotated and wrapped again, and nothing on the server has a word of what is written meanwhile.</summary>
internal sealed class EncryptionPhase : ILifePhase
{
    public string Name => "encrypt";

    public bool Encrypts => true;

    public async Task RunAsync(LifeRun run, LifeChat chat)
    {
        var words = new MarkerWords(run.Scale);
        await words.WriteAsync(chat.Chat, ..(words.Count / 2));

        // Each room has a key now.
        await Parallel.ForEachAsync(run.Numbers, async (number, cancellationToken) => await chat.Chat.SendAsync(LifeRooms.NameOf(number), "clerk", "a key, please", cancellationToken));
        string[] where = ["--all", "--redis", run.Source.Configuration, "--keys", run.KeyFile];
        LifeRun.RequireDone(await run.Faults.RunAsync(run.Source, Changed(run, startsOver: true), killsServer: true, repeats: true, ["keys", "rotate", .. where]));
        new FileKeyRing(run.KeyFile).AddKey();
        LifeRun.RequireDone(await run.Faults.RunAsync(run.Source, Changed(run, startsOver: false), killsServer: true, repeats: false, ["keys", "rewrap", .. where]));
        await words.WriteAsync(chat.Chat, (words.Count / 2)..);
        await chat.SealedAsync();

        // The senders' messages begin with the prefix of the words, too.
        var (searched, found) = await KeyspaceScan.RunAsync(run.Source, MarkerWords.Prefix);
        LifeRun.Require(found.Count == 0, $"Words are readable in {found.Count} places: {string.Join("; ", found.Take(20))}");
        await run.Source.RewriteFilesAsync();
        var (bytes, inFiles) = FileScan.Run(run.Source.Directory, MarkerWords.Prefix);
        LifeRun.Require(inFiles.Count == 0, $"Words are readable in files: {string.Join("; ", inFiles.Take(20))}");
        await using var another = run.Open(this);
        var missing = await words.FindMissingAsync(another.Chat);
        LifeRun.Require(missing.Count == 0, $"{missing.Count} words cannot be read: {string.Join("; ", missing.Take(20))}");
        run.Say($"  scan: none of {words.Count:N0} words in {searched:N0} values and {bytes:N0} bytes of files (dump, append-only file); all of them are read by another process");
        await run.VerifyAsync(run.Source, "--keys", run.KeyFile);
    }

    /// <summary>The share of rooms whose keys have changed.</summary>
    private static RoomsProbe Changed(LifeRun run, bool startsOver) => new(
        run.Source, [.. run.Numbers.Select(LifeRooms.NameOf)],
        static async (database, room) => string.Join(' ', (await database.HashGetAllAsync(LifeRooms.KeyOf(room, ":key"))).Select(entry => entry.Value).Order()),
        static (before, now) => before != now, startsOver);
}
