using System.Text;
using Microsoft.Extensions.Logging;

namespace RedisChat.Redis;

/// <summary>
/// The texts of a room's messages in progress, as one subscription received them. If a part does not continue its text, because the subscription began later or lost a part, the text is read from
/// the store, once for all watchers; parts that arrive meanwhile wait.
/// </summary>
/// <param name="subscription">The subscription; <see langword="null"/> if nothing can be read.</param>
/// <param name="unfinished">Reads from the store.</param>
/// <param name="logger">The log.</param>
internal sealed class WrittenTexts(RedisSubscription? subscription, UnfinishedMessages unfinished, ILogger logger)
{
    private const int MostTexts = 64;
    private const int MostEnded = 16;
    private const int MostWaiting = 64;

    private readonly object _gate = new();
    private readonly SortedDictionary<long, Entry> _texts = [];

    // Parts may arrive after the end, because handlers of the channel overtake each other.
    private readonly Queue<long> _ended = new();

    /// <summary>Takes a part.</summary>
    /// <returns>The event; <see langword="null"/> if the part is a repetition, or has to wait.</returns>
    public RoomEvent.PartWritten? Take(long id, string writer, long offset, byte[] part, RoomPosition at)
    {
        lock (_gate)
        {
            if (_ended.Contains(id))
            {
                return null;
            }

            if (!_texts.TryGetValue(id, out var entry) || entry.Writer != writer)
            {
                entry = Add(id, writer, isComplete: offset == 0);
            }

            if (entry.IsComplete && offset <= entry.Bytes)
            {
                return entry.Take(id, offset, part, at);
            }

            if (entry.Waiting.Count < MostWaiting)
            {
                entry.Waiting.Add((offset, part));
            }

            if (!entry.IsReading && subscription is not null)
            {
                entry.IsReading = true;
                Background.Begin((Self: this, Id: id, Entry: entry), static read => _ = read.Self.ReadAsync(read.Id, read.Entry));
            }

            return null;
        }
    }

    /// <summary>The text of a message whose writing has ended, and forgets it; <see langword="null"/> if it is not known.</summary>
    public WrittenText? End(long id)
    {
        lock (_gate)
        {
            AddEnded(id);
            return _texts.Remove(id, out var entry) && entry.IsComplete ? entry.Text : null;
        }
    }

    private Entry Add(long id, string writer, bool isComplete)
    {
        if (!_texts.ContainsKey(id) && _texts.Count >= MostTexts)
        {
            // The end of the oldest was probably missed.
            _texts.Remove(_texts.Keys.First());
        }

        return _texts[id] = new Entry(writer) { IsComplete = isComplete };
    }

    private void AddEnded(long id)
    {
        _ended.Enqueue(id);
        if (_ended.Count > MostEnded)
        {
            _ended.Dequeue();
        }
    }

    private async Task ReadAsync(long id, Entry entry)
    {
        try
        {
            await Task.Yield();
            Read(id, entry, await unfinished.ReadSoFarAsync(subscription!.Room, id).ConfigureAwait(false));
        }
        catch (Exception e)
        {
            // The next part, or the renewal of the lease, tries again.
            ChatLog.TextSoFarFailed(logger, e);
            lock (_gate)
            {
                entry.IsReading = false;
                entry.Waiting.Clear();
            }
        }
    }

    private void Read(long id, Entry entry, (string Writer, string Text)? found)
    {
        LiveEvents events = default;
        lock (_gate)
        {
            entry.IsReading = false;
            var waiting = entry.Waiting.OrderBy(part => part.Offset).ToList();
            entry.Waiting.Clear();
            if (!_texts.TryGetValue(id, out var present) || present != entry)
            {
                return;
            }

            if (found is not { } soFar || soFar.Writer != entry.Writer)
            {
                _texts.Remove(id);
                if (found is null)
                {
                    AddEnded(id);
                }

                return;
            }

            var at = subscription!.Heard.Position ?? RoomPosition.Start;
            var text = Encoding.UTF8.GetBytes(soFar.Text);
            entry.IsComplete = true;
            foreach (var (offset, part) in waiting.Prepend((0, text)))
            {
                if (offset <= entry.Bytes && entry.Take(id, offset, part, at) is { } happened)
                {
                    events = LiveEvents.Append(events, new LiveEvent(happened, 0));
                }
            }
        }

        if (events != default)
        {
            subscription!.HearPassing(events);
        }
    }

    /// <summary>One message.</summary>
    private sealed class Entry(string writer)
    {
        public string Writer { get; } = writer;

        public WrittenText Text { get; } = new();

        public long Bytes { get; private set; }

        /// <summary>Whether the text begins with the message's first byte.</summary>
        public bool IsComplete { get; set; }

        public bool IsReading { get; set; }

        public List<(long Offset, byte[] Part)> Waiting { get; } = [];

        /// <summary>Adds what is new of a part that is not ahead of the text.</summary>
        public RoomEvent.PartWritten? Take(long id, long offset, byte[] part, RoomPosition at)
        {
            var known = Bytes - offset;
            if (known > part.Length || (known == part.Length && part.Length > 0))
            {
                return null;
            }

            // Without text, it still shows watchers that came later how far the text goes.
            var (start, text) = (Text.Length, Encoding.UTF8.GetString(part, (int)known, part.Length - (int)known));
            Text.Append(text);
            Bytes += part.Length - known;
            return new RoomEvent.PartWritten(id, start, text, at) { Parts = Text };
        }
    }
}
