using RedisChat.IntegrationTests.Redis.Erasure;
using StackExchange.Redis;

namespace RedisChat.Benchmarks.Life;

/// <summary>Two users are erased at the same time, one with the messages, one by a random name.</summary>
internal sealed class ErasurePhase : ILifePhase
{
    public string Name => "erase";

    public async Task RunAsync(LifeRun run, LifeChat chat)
    {
        var before = (await KeyspaceScan.RunAsync(run.Source, LifeRooms.Removed, LifeRooms.Anonymized)).Found.Count;
        LifeRun.Require(before > 20 * run.Scale.Rooms, $"The users are in {before} places, too few for a test.");
        LifeRun.Require(FileScan.Run(run.Source.Directory, LifeRooms.Removed).Found.Count > 0, "The user is not found in the files before, so it would not be found after.");
        var runs = await Task.WhenAll(
            run.Faults.RunAsync(run.Source, Marked(run, LifeRooms.Removed), killsServer: true, repeats: false, "erase", LifeRooms.Removed, "--yes", "--redis", run.Source.Configuration),
            run.Faults.RunAsync(run.Source, Marked(run, LifeRooms.Anonymized), killsServer: false, repeats: false, "erase", LifeRooms.Anonymized, "--anonymize", "--yes", "--redis", run.Source.Configuration));
        foreach (var erased in runs)
        {
            LifeRun.Require(erased.ExitCode == 0 && erased.LastLine == "Nothing names the user any more.", erased.Output);
        }

        // The words of the user whose messages stay are allowed in the rooms of that user.
        var (searched, left) = await KeyspaceScan.RunAsync(run.Source, LifeRooms.Removed, LifeRooms.Anonymized, EveryFeature.Secret);
        var others = run.Numbers.Where(number => LifeRooms.ErasedIn(number) == LifeRooms.Anonymized).Select(number => $"{{{LifeRooms.NameOf(number)}").ToHashSet();
        left.RemoveAll(place => place.StartsWith(EveryFeature.Secret, StringComparison.Ordinal) && others.Any(room => place.Contains(room, StringComparison.Ordinal)));
        LifeRun.Require(left.Count == 0, $"The scan found {left.Count} traces: {string.Join("; ", left.Take(20))}");
        await run.Source.RewriteFilesAsync();
        var (bytes, inFiles) = FileScan.Run(run.Source.Directory, LifeRooms.Removed, LifeRooms.Anonymized);
        LifeRun.Require(inFiles.Count == 0, $"The files have {inFiles.Count} traces: {string.Join("; ", inFiles.Take(20))}");
        run.Say($"  scan: {before:N0} places named one of the users before, 0 of {searched:N0} values after; 0 traces in {bytes:N0} bytes of files");
        await run.VerifyAsync(run.Source);
    }

    private static RoomsProbe Marked(LifeRun run, string user) => new(
        run.Source, [.. run.Numbers.Where(number => LifeRooms.ErasedIn(number) == user).Select(LifeRooms.NameOf)],
        static async (database, room) => (await database.HashGetAsync(LifeRooms.KeyOf(room), "erasing")).ToString(), static (_, erasing) => erasing.Length > 0);
}
