using System.Text;
using Microsoft.Extensions.Logging;

namespace RedisChat.Redis;

/// <summary>
/// The texts of a room's messages in progress, as one subscription received them. A text begins with a read from the store, once for all watchers: only the store can vouch for a
/// writer's name, without which nobody can forge a part. It is read again if a part is missing. Parts that arrive meanwhile wait.
/// </summary>
/// <param name="subscription">The subscription.</param>
/// <param name="read">Reads the writer's name and the text so far of a message; <see langword="null"/> if it is not in progress.</param>
/// <param name="logger">The log.</param>
internal sealed class WrittenTexts(RedisSubscription subscription, Func<string, long, Task<(string Writer, string Text)?>> read, ILogger logger)
{
    private const int MostTexts = 64;
    private const int MostEnded = 16;
    private const int MostReads = 64;
    private const int MostWaiting = 64;

    private readonly object _gate = new();
    private readonly SortedDictionary<long, Entry> _texts = [];

    // The messages to read, and their parts that wait for it. One is read at a time, however many parts of other messages somebody makes up.
    private readonly Dictionary<long, List<Part>> _waiting = [];

    // Parts may arrive after the end, because handlers of the channel overtake each other.
    private readonly Queue<long> _ended = new();
    private bool _isReading;

    private readonly record struct Part(string Writer, long Offset, byte[] Text);

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

            if (_texts.TryGetValue(id, out var entry) && entry.Writer == writer && offset <= entry.Bytes)
            {
                return entry.Take(id, offset, part, at);
            }

            // A message that was not heard of yet: its next part comes after it.
            if (id <= at.MessageId)
            {
                Wait(id, new Part(writer, offset, part));
            }

            return null;
        }
    }

    /// <summary>The text of a message whose writing has ended, and forgets it; <see langword="null"/> if it is not known.</summary>
    public WrittenText? End(long id)
    {
        lock (_gate)
        {
            _ended.Enqueue(id);
            if (_ended.Count > MostEnded)
            {
                _ended.Dequeue();
            }

            return _texts.Remove(id, out var entry) ? entry.Text : null;
        }
    }

    private void Wait(long id, Part part)
    {
        if (!_waiting.TryGetValue(id, out var parts))
        {
            if (_waiting.Count >= MostReads)
            {
                return;
            }

            _waiting[id] = parts = [];
        }

        if (parts.Count < MostWaiting)
        {
            parts.Add(part);
        }

        if (!_isReading)
        {
            _isReading = true;
            Background.Begin(this, static texts => _ = texts.ReadAsync());
        }
    }

    private async Task ReadAsync()
    {
        // Not under the lock of the caller.
        await Task.Yield();
        while (TryNext(out var id))
        {
            (string Writer, string Text)? found = null;
            try
            {
                found = await read(subscription.Room, id).ConfigureAwait(false);
            }
            catch (Exception e)
            {
                // The next part, or the renewal of the lease, tries again.
                ChatLog.TextSoFarFailed(logger, e);
            }

            if (Read(id, found) is { First: not null } events)
            {
                subscription.HearPassing(events);
            }
        }
    }

    private bool TryNext(out long id)
    {
        lock (_gate)
        {
            id = _waiting.Keys.FirstOrDefault();
            return _isReading = _waiting.Count > 0;
        }
    }

    /// <summary>Continues a text with what was read, and with the parts that waited for it.</summary>
    private LiveEvents Read(long id, (string Writer, string Text)? found)
    {
        LiveEvents events = default;
        lock (_gate)
        {
            _waiting.Remove(id, out var parts);
            if (found is not { } soFar || _ended.Contains(id))
            {
                return events;
            }

            var entry = _texts.TryGetValue(id, out var present) && present.Writer == soFar.Writer ? present : Add(id, soFar.Writer);
            var at = subscription.Heard.Position ?? RoomPosition.Start;
            var text = new Part(soFar.Writer, 0, Encoding.UTF8.GetBytes(soFar.Text));
            foreach (var part in (parts ?? []).Where(part => part.Writer == entry.Writer).OrderBy(part => part.Offset).Prepend(text))
            {
                if (part.Offset <= entry.Bytes && entry.Take(id, part.Offset, part.Text, at) is { } happened)
                {
                    events = LiveEvents.Append(events, new LiveEvent(happened, 0));
                }
            }
        }

        return events;
    }

    private Entry Add(long id, string writer)
    {
        if (!_texts.ContainsKey(id) && _texts.Count >= MostTexts)
        {
            // The end of the oldest was probably missed.
            _texts.Remove(_texts.Keys.First());
        }

        return _texts[id] = new Entry(writer);
    }

    /// <summary>One message.</summary>
    private sealed class Entry(string writer)
    {
        public string Writer { get; } = writer;

        public WrittenText Text { get; } = new();

        public long Bytes { get; private set; }

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
