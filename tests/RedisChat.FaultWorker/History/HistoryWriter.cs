using System.Text.Json;

namespace RedisChat.Faults;

/// <summary>An append-only log of events, one JSON line each, flushed out of the process after every write. Thread-safe.</summary>
internal sealed class HistoryWriter(string file) : IDisposable
{
    private readonly object _gate = new();
    private readonly StreamWriter _lines = new(new FileStream(file, FileMode.Append, FileAccess.Write, FileShare.Read)) { AutoFlush = true };
    private int _attempts;

    /// <summary>A number for an attempt.</summary>
    public int NextAttempt() => Interlocked.Increment(ref _attempts);

    public void Write(HistoryEvent happened)
    {
        var line = JsonSerializer.Serialize(happened);
        lock (_gate)
        {
            _lines.WriteLine(line);
        }
    }

    public void Dispose()
    {
        lock (_gate)
        {
            _lines.Dispose();
        }
    }
}
