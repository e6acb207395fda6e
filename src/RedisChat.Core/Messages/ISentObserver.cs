namespace RedisChat;

/// <summary>Learns which texts this process has stored, once the store has acknowledged them.</summary>
internal interface ISentObserver
{
    /// <summary>A message was sent, or has another text. Must not throw or block.</summary>
    /// <param name="room">The room.</param>
    /// <param name="id">The message's id.</param>
    /// <param name="text">Its text.</param>
    void Sent(string room, long id, string text);
}
