using System.Collections.Concurrent;
using System.Threading.Channels;
using Microsoft.Extensions.Logging;

namespace RedisChat.IntegrationTests;

/// <summary>Collects the log entries of a store, and of a chat that is given it, at every level.</summary>
internal sealed class StoreLog : ILogger<Chat>
{
    private readonly ConcurrentQueue<Entry> _entries = new();
    private readonly Channel<string?> _events = Channel.CreateUnbounded<string?>();

    /// <param name="Event">The name of the event.</param>
    public sealed record Entry(LogLevel Level, string? Event, string Text, Exception? Error);

    public IReadOnlyCollection<Entry> Entries => _entries;

    /// <summary>The texts of warnings and errors.</summary>
    public IEnumerable<string> Warnings => _entries.Where(entry => entry.Level >= LogLevel.Warning).Select(entry => entry.Text);

    public IEnumerable<Entry> Of(string name) => _entries.Where(entry => entry.Event == name);

    /// <summary>Waits until an event has been logged this many times since the previous wait ended.</summary>
    public async Task LoggedAsync(string name, int times, CancellationToken cancellationToken)
    {
        while (times > 0)
        {
            times -= await _events.Reader.ReadAsync(cancellationToken) == name ? 1 : 0;
        }
    }

    IDisposable? ILogger.BeginScope<TState>(TState state) => null;

    bool ILogger.IsEnabled(LogLevel logLevel) => true;

    void ILogger.Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        _entries.Enqueue(new Entry(logLevel, eventId.Name, formatter(state, exception), exception));
        _events.Writer.TryWrite(eventId.Name);
    }
}
