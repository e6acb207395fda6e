namespace RedisChat.Benchmarks.Life;

/// <summary>The rooms are filled, and Redis is killed in the middle.</summary>
internal sealed class FillPhase : ILifePhase
{
    private const int RoomsAtOnce = 8;

    public string Name => "fill";

    public async Task PrepareAsync(LifeRun run)
    {
        await using var chat = run.Open(this);
        await Parallel.ForEachAsync(run.Numbers, Limited, async (number, cancellationToken) => await LifeRooms.UseFeaturesAsync(chat, number, cancellationToken));
    }

    public async Task RunAsync(LifeRun run, LifeChat chat)
    {
        var half = new TaskCompletionSource();
        var filled = 0;
        var filling = Parallel.ForEachAsync(run.Numbers, Limited, async (number, cancellationToken) =>
        {
            await LifeRooms.SendPlainAsync(chat, number, run.Scale.Bulk, cancellationToken);
            if (Interlocked.Increment(ref filled) == run.Scale.Rooms / 2)
            {
                half.SetResult();
            }
        });
        await Task.WhenAny(half.Task, filling);
        var away = await run.Source.RestartAsync();
        await filling;
        await chat.SealedAsync();
        run.Say($"  Redis was killed at 50 %, and was back after {away.TotalSeconds:0.0} s");
    }

    private static ParallelOptions Limited => new() { MaxDegreeOfParallelism = RoomsAtOnce };
}
