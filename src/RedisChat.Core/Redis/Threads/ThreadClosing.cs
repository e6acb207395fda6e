using StackExchange.Redis;

namespace RedisChat.Redis;

/// <summary>Closes the thread of a message in the step that deletes it: no reply can be sent to it any more, and replies that are deleted from it do not raise events in the room.</summary>
internal sealed class ThreadClosing(KeyNames keys) : IDeletionEffect
{
    public void AddTo(RoomChange deletion, string room, Message message) => AddTo(deletion, room, [message]);

    public void AddTo(RoomChange deletion, string room, IReadOnlyList<Message> messages)
    {
        // Threads have no threads.
        if (!ThreadId.IsThread(room))
        {
            deletion.Close(ThreadText.Letter, keys.Threads(room), [.. messages.Select(message => (RedisValue)message.Id)]);
        }
    }
}
