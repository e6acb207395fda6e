namespace RedisChat.Redis;

/// <summary>Completes what readers found of messages that are being written: the stored value does not have the text so far.</summary>
internal interface IUnfinishedMessages
{
    /// <summary>Reads the present state of messages that were found in progress.</summary>
    /// <param name="room">The room.</param>
    /// <param name="messages">The messages.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <param name="isPage">Whether what cannot be decrypted is left out of the texts. Otherwise it is an error.</param>
    /// <returns>The messages by id, as they are now: with their text so far, or ended. One that was deleted meanwhile is as it was found.</returns>
    Task<IReadOnlyDictionary<long, Message>> ReadAsync(string room, IReadOnlyList<Message> messages, CancellationToken cancellationToken, bool isPage = false);
}
