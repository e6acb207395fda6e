using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace RedisChat.IntegrationTests.Redis;

/// <summary>Hears what a store logs of its sealing.</summary>
internal sealed class SealingLog : ILogger
{
    private readonly ConcurrentQueue<Exception?> _failures = new();

    /// <summary>Why sealing failed.</summary>
    public IReadOnlyCollection<Exception?> Failures => _failures;

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        if (eventId.Name == "SealingFailed")
        {
            _failures.Enqueue(exception);
        }
    }
}
