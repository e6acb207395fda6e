using System.Text;

namespace RedisChat;

/// <summary>The messages of one room that are being written. For callers that hold the room's lock.</summary>
internal sealed class InMemoryWriting(InMemoryRoom room, TimeProvider time) : IInMemoryFeature
{
    private readonly Dictionary<long, Progress> _progress = [];

    /// <summary>Begins: see <see cref="IWritingStore.BeginWritingAsync"/>.</summary>
    public void Begin(Message message)
    {
        var progress = new Progress(message.Text);
        _progress.Add(message.Id, progress);
        progress.Timer = time.CreateTimer(_ => EndExpired(message.Id, progress), null, message.Lease!.Duration, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Adds a part: see <see cref="IWritingStore.AppendPartAsync"/>.</summary>
    public long Append(long messageId, WrittenPart part)
    {
        if (!part.By.IsApplication)
        {
            room.Ruling.Members.CheckRight(part.By.UserId!, RoomRights.Send, speaks: true);
        }

        if (InProgress(messageId, part.Writer) is not { } message)
        {
            throw WritingErrors.Ended(messageId);
        }

        var progress = _progress[messageId];
        if (part.Offset > progress.Bytes)
        {
            return progress.Bytes;
        }

        var bytes = Encoding.UTF8.GetBytes(part.Text);
        var known = (int)Math.Min(progress.Bytes - part.Offset, bytes.Length);
        var (start, text) = (progress.Text.Length, Encoding.UTF8.GetString(bytes, known, bytes.Length - known));
        progress.Text.Append(text);
        progress.Bytes += bytes.Length - known;
        progress.Timer!.Change(part.Lease, Timeout.InfiniteTimeSpan);
        room.Replace(message with { Text = message.Text + text });
        room.Publish(position => new RoomEvent.PartWritten(messageId, start, text, position) { Parts = progress.Text });
        return progress.Bytes;
    }

    /// <summary>Ends: see <see cref="IWritingStore.EndWritingAsync"/>.</summary>
    public Message? End(long messageId, string writer, string? text, Actor by)
    {
        if (InProgress(messageId, writer) is { } message)
        {
            if (text is not null && !by.IsApplication)
            {
                room.Ruling.Members.CheckRight(by.UserId!, RoomRights.Send, speaks: true);
            }

            return End(text is null ? message with { Writing = WritingState.Abandoned } : message with { Text = text, Writing = null });
        }

        var ended = room.At(messageId);
        return text is null || (ended is { Writing: null } && (ended.Text == text || ended.Version > 1)) ? ended : throw WritingErrors.Ended(messageId);
    }

    /// <summary>Stops all timers, because the room is deleted.</summary>
    public void Forget()
    {
        foreach (var progress in _progress.Values)
        {
            progress.Timer!.Dispose();
        }

        _progress.Clear();
    }

    MessagePage IInMemoryFeature.AddTo(MessagePage page, string? reader) => page;

    RoomEvent IInMemoryFeature.StateOf(InMemorySubject subject, RoomPosition position, long revision) => new RoomEvent.WritingEnded(room.At(subject.MessageId)!, position);

    RoomEvent? IInMemoryFeature.StateOfNew(long messageId, RoomPosition position) => null;

    void IInMemoryFeature.Remove(long messageId) => Remove(messageId);

    // The lease has run out, unless the message has ended at the same time.
    private void EndExpired(long messageId, Progress expired)
    {
        lock (room.Gate)
        {
            if (_progress.GetValueOrDefault(messageId) == expired && room.At(messageId) is { } message)
            {
                End(message with { Writing = WritingState.Abandoned });
            }
        }
    }

    private Message End(Message ended)
    {
        Remove(ended.Id);
        room.Replace(ended);
        room.Changed(this, ended.Id, position => new RoomEvent.WritingEnded(ended, position));
        return ended;
    }

    private void Remove(long messageId)
    {
        if (_progress.Remove(messageId, out var progress))
        {
            progress.Timer!.Dispose();
        }
    }

    private Message? InProgress(long messageId, string writer) =>
        room.At(messageId) is { Writing: WritingState.InProgress } message && message.Lease!.Writer == writer ? message : null;

    /// <summary>A message in progress.</summary>
    private sealed class Progress
    {
        public Progress(string text)
        {
            Text.Append(text);
            Bytes = Encoding.UTF8.GetByteCount(text);
        }

        public WrittenText Text { get; } = new();

        public long Bytes { get; set; }

        public ITimer? Timer { get; set; }
    }
}
