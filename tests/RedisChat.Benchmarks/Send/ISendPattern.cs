using RedisChat.Benchmarks.Ratios;

namespace RedisChat.Benchmarks.Send;

/// <summary>A way to store a message.</summary>
internal interface ISendPattern
{
    string Name { get; }

    /// <summary>Prepares senders, each of which sends one message at a time. Calling the result with a sender's index sends its next message.</summary>
    /// <param name="run">The run.</param>
    /// <param name="rooms">For each sender its room.</param>
    Task<Func<int, Task>> PrepareAsync(RunContext run, IReadOnlyList<string> rooms);
}
