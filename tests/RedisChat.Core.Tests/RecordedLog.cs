using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace RedisChat.Tests;

/// <summary>Records what a chat logs, at every level.</summary>
internal sealed class RecordedLog : ILogger<Chat>
{
    private readonly ConcurrentQueue<(LogLevel Level, string? Event, string Text, Exception? Error)> _entries = new();

    public IReadOnlyCollection<(LogLevel Level, string? Event, string Text, Exception? Error)> Entries => _entries;

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
        _entries.Enqueue((logLevel, eventId.Name, formatter(state, exception), exception));
}
