using System.Text;
using System.Text.Json;

namespace RedisChat.Faults;

/// <summary>Reads a log while it is being written.</summary>
internal sealed class HistoryReader(string file) : IDisposable
{
    private readonly FileStream _stream = new(file, FileMode.OpenOrCreate, FileAccess.Read, FileShare.ReadWrite);
    private readonly List<byte> _unfinished = [];
    private readonly List<HistoryEvent> _events = [];

    /// <summary>The events written so far, as of the last <see cref="Read"/>.</summary>
    public IReadOnlyList<HistoryEvent> Events => _events;

    /// <summary>Reads the events written since.</summary>
    public void Read()
    {
        var buffer = new byte[64 * 1024];
        int read;
        while ((read = _stream.Read(buffer)) > 0)
        {
            foreach (var one in buffer.AsSpan(0, read))
            {
                if (one != (byte)'\n')
                {
                    _unfinished.Add(one);
                    continue;
                }

                _events.Add(JsonSerializer.Deserialize<HistoryEvent>(Encoding.UTF8.GetString([.. _unfinished]))!);
                _unfinished.Clear();
            }
        }
    }

    public void Dispose() => _stream.Dispose();
}
