namespace RedisChat.Benchmarks.Ratios;

/// <summary>
/// Measures contenders in turns: the machine's other load changes from second to second, so only what was measured side by side may be compared.
/// </summary>
internal static class Rounds
{
    // Enough for the runtime to recompile the hot paths with its profile of them.
    private const double WarmUpShare = 0.6;

    /// <summary>The figures of each contender, by its name, one for each round; those of the warm-up are thrown away.</summary>
    public static async Task<Dictionary<string, List<T>>> RunAsync<T>(RunContext run, TimeSpan duration, params IReadOnlyList<Contender<T>> contenders)
    {
        var figures = contenders.ToDictionary(contender => contender.Name, _ => new List<T>());
        run.Progress.Say("warming up");
        foreach (var contender in contenders)
        {
            await contender.MeasureAsync(duration * WarmUpShare);
        }

        for (var round = 0; round < run.Rounds; round++)
        {
            run.Progress.Say($"round {round + 1} of {run.Rounds}");
            for (var i = 0; i < contenders.Count; i++)
            {
                run.Ending.ThrowIfCancellationRequested();

                // Each round starts with a different contender, so that none benefits from its place.
                var contender = contenders[(i + round) % contenders.Count];
                Settle();
                figures[contender.Name].Add(await contender.MeasureAsync(duration));
            }
        }

        return figures;
    }

    /// <summary>Collects one contender's garbage, so that the next one does not pay for it.</summary>
    public static void Settle()
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        GC.Collect();
    }
}
