using StackExchange.Redis;

namespace RedisChat.Redis;

/// <summary>The part of a deletion of replies that renews the thread's summary, on what was read of the thread.</summary>
/// <param name="keys">Names the keys.</param>
/// <param name="thread">The thread.</param>
/// <param name="count">How many replies are deleted.</param>
/// <param name="last">The last reply when the thread was read.</param>
/// <param name="deletedBefore">How many replies had been deleted then; null if none had.</param>
/// <param name="left">The newest replies that are left, newest first: one of each author.</param>
internal sealed class ReplyDeletion(KeyNames keys, string thread, int count, long last, RedisValue deletedBefore, IReadOnlyList<Message> left)
{
    /// <summary>The value of the field that <see cref="Expect"/> compares: if it is another one, others have deleted replies meanwhile.</summary>
    public RedisValue DeletedBefore => deletedBefore;

    /// <summary>Adds the condition.</summary>
    public void Expect(RoomChange change) => change.Expect(keys.Room(thread), MessageEditor.DeletedField, deletedBefore);

    /// <summary>Adds the effect.</summary>
    public void AddTo(RoomChange change)
    {
        _ = ThreadId.TrySplit(thread, out var room, out var messageId);
        change.Summary(keys.Changed(room), keys.Live(room), keys.Threads(room), messageId, count, last, left);
    }
}
