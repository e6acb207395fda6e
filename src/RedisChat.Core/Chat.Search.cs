namespace RedisChat;

/// <content>Searching.</content>
public sealed partial class Chat
{
    private readonly IMessageIndex? _index;

    /// <summary>There, if there is an index.</summary>
    internal SearchedRooms? SearchedRooms { get; }

    /// <summary>
    /// Keeps the chat's index (<see cref="IMessageIndex"/>) at the present state of its rooms, until it is canceled. Run it in one process for each index, for example in a
    /// <c>BackgroundService</c>.
    /// </summary>
    /// <remarks>
    /// <para>
    /// It indexes the rooms that <see cref="RoomDirectory.ListAsync"/> lists, those that <see cref="IndexingOptions.Rooms"/> names, those of users who have searched (<see cref="UserSearch"/>), and their threads; from the beginning, or from where it has ended. Nothing is
    /// missing and nothing is there twice, however it has ended. A room whose history since then is not known is indexed again from the beginning. Messages that are being written are indexed
    /// when they are complete. While the store cannot be reached it waits, and logs.
    /// </para>
    /// <para>All of these rooms are watched, which takes a subscription and some memory for each of them.</para>
    /// </remarks>
    /// <param name="options">Which rooms; the defaults if omitted.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="ArgumentException">An option is out of its range.</exception>
    /// <exception cref="ChatIndexException">The index cannot be read or written. Call it again to continue.</exception>
    /// <exception cref="OperationCanceledException">It was canceled.</exception>
    /// <exception cref="NotSupportedException">The chat has no index, or the store cannot be watched.</exception>
    public Task RunIndexAsync(IndexingOptions? options = null, CancellationToken cancellationToken = default)
    {
        options ??= new IndexingOptions();
        OptionsProblems.ThrowIfAny([.. options.Problems(nameof(options)).OfType<string>()], nameof(options));
        return new IndexFeeder(this, RequireIndex(), options).RunAsync(cancellationToken);
    }

    /// <exception cref="NotSupportedException">There is none.</exception>
    internal IMessageIndex RequireIndex() =>
        _index ?? throw new NotSupportedException($"The chat has no index to search in ({nameof(IMessageIndex)}). Give it one when it is created, or add one to its services.");
}
