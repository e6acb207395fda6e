namespace RedisChat.Redis;

/// <summary>Is notified when a message was sent to a room of the directory, at most about once a minute for each room.</summary>
internal interface IRoomActivity
{
    /// <summary>Called after such a send. Must return at once, and not throw.</summary>
    /// <param name="room">The room.</param>
    /// <param name="time">When the message was sent, µs.</param>
    void Sent(string room, long time);
}
