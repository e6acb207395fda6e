namespace RedisChat.Benchmarks.Ratios;

/// <summary>One side of a comparison.</summary>
/// <param name="Name">Its name in the output.</param>
/// <param name="MeasureAsync">Measures once, for about the time given.</param>
internal sealed record Contender<T>(string Name, Func<TimeSpan, Task<T>> MeasureAsync);
