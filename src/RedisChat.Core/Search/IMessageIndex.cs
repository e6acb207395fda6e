namespace RedisChat;

/// <summary>A full-text index of messages: <see cref="Chat.RunIndexAsync"/> fills it, <see cref="ChatUser.Search"/> and <see cref="ChatRoom.Search"/> ask it.</summary>
/// <remarks>
/// <para>
/// An index holds a copy that can be thrown away at any time: the store has the messages. It need not know about rights, and what it finds is never shown as it is: a search
/// reads the messages from the store, and highlights what they say now.
/// </para>
/// <para>
/// With the messages of a room it keeps the position up to which it has seen the room, and changes both in one atomic step. So whoever feeds it may end at any moment, and the
/// next one continues there: nothing is missing, and nothing is there twice. Implementations are thread-safe. Any error is a <see cref="ChatIndexException"/>.
/// </para>
/// </remarks>
public interface IMessageIndex
{
    /// <summary>Lists the rooms in the index, in no particular order.</summary>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <exception cref="ChatIndexException">The index cannot be read.</exception>
    ValueTask<IReadOnlyList<string>> ListRoomsAsync(CancellationToken cancellationToken = default);

    /// <summary>The position up to which the index has seen a room; <see langword="null"/> if the room is not in the index.</summary>
    /// <param name="room">The room's id.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <exception cref="ChatIndexException">The index cannot be read.</exception>
    ValueTask<RoomPosition?> ReadPositionAsync(string room, CancellationToken cancellationToken = default);

    /// <summary>Applies what happened in one room, in one atomic step, if the index is where the batch begins.</summary>
    /// <param name="batch">What happened.</param>
    /// <param name="cancellationToken">Stops waiting; the batch may still be applied.</param>
    /// <returns>Whether it was applied. If not, another feeder has moved the room's position: nothing was changed.</returns>
    /// <exception cref="ChatIndexException">The index cannot be written. Nothing was changed.</exception>
    ValueTask<bool> ApplyAsync(IndexBatch batch, CancellationToken cancellationToken = default);

    /// <summary>Finds messages, newest first by <see cref="Message.Timestamp"/>.</summary>
    /// <param name="query">What to find.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <returns>At most <see cref="IndexQuery.Limit"/> hits; fewer only if there are no more.</returns>
    /// <exception cref="ChatIndexException">The index cannot be read.</exception>
    ValueTask<IReadOnlyList<IndexHit>> FindAsync(IndexQuery query, CancellationToken cancellationToken = default);

    /// <summary>Finds the places in texts that match, by the same rules as <see cref="FindAsync"/>. Says nothing of what is in the index.</summary>
    /// <param name="search">What was searched for: <see cref="IndexQuery.Text"/>.</param>
    /// <param name="texts">The texts.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <returns>For each text, in the same order, the ranges that match, ascending and without overlaps; empty if the text does not match.</returns>
    /// <exception cref="ChatIndexException">The texts cannot be examined.</exception>
    ValueTask<IReadOnlyList<IReadOnlyList<TextRange>>> HighlightAsync(string search, IReadOnlyList<string> texts, CancellationToken cancellationToken = default);
}
