using StackExchange.Redis;

namespace RedisChat.Redis;

/// <summary>Closes the thread of a message in the step that deletes it: no reply can be sent to it any more, and replies that are deleted from it do not raise events in the room.</summary>
internal sealed class ThreadClosing(KeyNames keys) : IDeletionEffect
{
    public void AddTo(RoomChange deletion, string room, long messageId) => AddTo(deletion, room, [messageId]);

    public void AddTo(RoomChange deletion, string room, IReadOnlyList<long> messageIds)
    {
        // Threads have no threads.
        if (!ThreadId.IsThread(room))
        {
            deletion.Close(ThreadText.Letter, keys.Threads(room), [.. messageIds.Select(id => (RedisValue)id)]);
        }
    }
}
