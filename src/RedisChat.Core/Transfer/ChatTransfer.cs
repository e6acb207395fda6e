using System.Runtime.CompilerServices;

namespace RedisChat;

/// <summary>Finds all rooms of a chat, and exports, imports, migrates and verifies them: <see cref="Chat.Transfer"/>. The format of an export is described in docs/export.md, a migration in docs/migration.md.</summary>
/// <remarks>
/// <para>Thread-safe, but a directory is for one call at a time. <see cref="ChatOptions.OperationTimeout"/> does not limit how long a call takes. If the connection is lost, or two servers claim to be the primary, a call waits for up to a minute until that is over.</para>
/// <para>An export is as secret as Redis: it holds everything that was written in the chat, and only encrypted rooms are encrypted in it. Protect the directory accordingly.</para>
/// </remarks>
public sealed class ChatTransfer
{
    private readonly ITransferStore _store;

    internal ChatTransfer(ITransferStore store) => _store = store;

    // About 20 MB of ids. A chat with more rooms is searched several times.
    internal int FoundAtOnce { get; init; } = 100_000;

    /// <summary>Exports rooms into a directory, each at one position, while people keep writing. If an export into the directory was interrupted, the same call continues it.</summary>
    /// <param name="directory">A directory that is empty, does not exist, or holds an interrupted export with the same options.</param>
    /// <param name="options">What to export; everything if omitted.</param>
    /// <param name="progress">Receives the progress, about once a second.</param>
    /// <param name="cancellationToken">Cancels the call. The same call continues later.</param>
    /// <returns>What the export holds.</returns>
    /// <exception cref="ChatInputException">The directory or a room's id is not valid.</exception>
    /// <exception cref="ChatTransferException">The directory holds something else, such as a complete export; a room changed too fast to be read at one position; or an erasure in a room did not end within a minute. Except in the first case, the same call continues the export.</exception>
    /// <exception cref="ChatUnavailableException">The store cannot be reached.</exception>
    public Task<ExportResult> ExportAsync(
        string directory, ExportOptions? options = null, IProgress<TransferProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        CheckDirectory(directory);
        options ??= new ExportOptions();
        CheckRooms(options.Rooms);
        return _store.ExportAsync(directory, options, progress, cancellationToken);
    }

    /// <summary>
    /// Imports an export with the same ids, times and positions, so that watchers and readers of the exported rooms continue. If it was interrupted, the same call continues it. What was imported before is skipped, even if
    /// it has changed since.
    /// </summary>
    /// <param name="directory">The directory of a complete export.</param>
    /// <param name="options">How to import.</param>
    /// <param name="progress">Receives the progress, about once a second.</param>
    /// <param name="cancellationToken">Cancels the call. The same call continues later.</param>
    /// <returns>What was imported.</returns>
    /// <exception cref="ChatInputException">The directory is not valid.</exception>
    /// <exception cref="ChatTransferException">
    /// The export is incomplete, damaged, or of a later version, or the chat holds other rooms of the same names. Nothing was written then. Or a room appeared while the import was running.
    /// </exception>
    /// <exception cref="ChatUnavailableException">The store cannot be reached.</exception>
    public Task<ImportResult> ImportAsync(
        string directory, ImportOptions? options = null, IProgress<TransferProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        CheckDirectory(directory);
        return _store.ImportAsync(directory, options ?? new ImportOptions(), progress, cancellationToken);
    }

    /// <summary>
    /// Migrates rooms of the classic layout into this chat with the same ids and times (whole seconds), while other programs keep writing the classic layout. Each call is a pass that makes the copy equal to the classic rooms; the
    /// last pass, with <see cref="MigrationOptions.Complete"/>, opens the rooms. Until then they read as rooms that are being deleted, and sends to them fail. If a call was interrupted, the same call continues it.
    /// </summary>
    /// <remarks>
    /// <para>The classic layout is only read. It may be on the same server, with the same prefix, or on another one. One migration of a room runs at a time: a second one takes over, and the first one fails.</para>
    /// <para>Rooms that are complete are skipped, whatever was written to them since. One that has been deleted since is migrated again.</para>
    /// <para>
    /// In rooms whose new messages the chat encrypts, the copies are encrypted, too, with a key that the first pass makes; later passes need the same key ring, and keep the room encrypted. Otherwise messages are copied as they are. No
    /// limit of <see cref="ChatOptions"/> applies to them.
    /// </para>
    /// </remarks>
    /// <param name="source">The store to read: a <see cref="ClassicMessageStore"/>, which the caller disposes.</param>
    /// <param name="options">What to migrate; a first pass over all rooms if omitted.</param>
    /// <param name="progress">Receives the progress, about once a second.</param>
    /// <param name="cancellationToken">Cancels the call. The same call continues later.</param>
    /// <returns>What this pass did.</returns>
    /// <exception cref="ChatInputException">The source is another store, or a room's id is not valid.</exception>
    /// <exception cref="ChatTransferException">
    /// The chat holds other rooms of the same names, or a room that was named is not one of the classic layout: nothing was written then. Or the classic layout assigned ids during the pass that was to be the last one.
    /// </exception>
    /// <exception cref="ChatUnavailableException">A store cannot be reached.</exception>
    public Task<MigrationResult> MigrateAsync(
        IMessageStore source, MigrationOptions? options = null, IProgress<TransferProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(source);
        options ??= new MigrationOptions();
        CheckRooms(options.Rooms);
        return _store.MigrateAsync(source, options, progress, cancellationToken);
    }

    /// <summary>Compares the chat with an export, or checks that everything the chat stores is consistent, and can repair what can be derived.</summary>
    /// <remarks>Without an export, rooms may be written to meanwhile: a room that changed is checked again. With one, changes since the export are differences.</remarks>
    /// <param name="directory">The directory of a complete export; <see langword="null"/> to check the chat alone.</param>
    /// <param name="options">What to verify; everything if omitted. With an export, neither rooms nor a repair may be given.</param>
    /// <param name="progress">Receives the progress, about once a second.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <returns>What was found.</returns>
    /// <exception cref="ChatInputException">The directory or a room's id is not valid, or rooms or a repair were given together with an export.</exception>
    /// <exception cref="ChatTransferException">The export is incomplete, damaged, or of a later version.</exception>
    /// <exception cref="ChatUnavailableException">The store cannot be reached.</exception>
    public Task<VerifyResult> VerifyAsync(
        string? directory = null, VerifyOptions? options = null, IProgress<TransferProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        options ??= new VerifyOptions();
        CheckRooms(options.Rooms);
        if (directory is not null)
        {
            CheckDirectory(directory);
            if (options.Repair || options.Rooms.Count > 0)
            {
                throw new ChatInputException("With an export, everything that it holds is compared, and nothing is repaired. Leave out the rooms and the repair, or leave out the directory.", nameof(options));
            }
        }

        return _store.VerifyAsync(directory, options, progress, cancellationToken);
    }

    /// <summary>Finds all rooms that exist, with settings or without, in the ordinal order of their ids. <see cref="RoomDirectory.GetInfoAsync(IReadOnlyList{string}, CancellationToken)"/> says what they are.</summary>
    /// <remarks>
    /// <para>
    /// It searches the keys of all servers (<c>SCAN</c>), once for each 100,000 rooms, whose ids it remembers: about a second for a million keys, in steps of one or two milliseconds. For lists that users see, use
    /// <see cref="RoomDirectory.ListAsync"/>, which reads only what it returns, but knows only rooms with settings.
    /// </para>
    /// <para>
    /// Each room is returned once, also if servers are restarted or fail over meanwhile. Rooms of two users (<see cref="RoomDirectory.DirectAsync"/>) and rooms that are being deleted or imported are among them; threads are
    /// not. A room that is created meanwhile, or whose slot is moved to another server of a cluster, may be missing.
    /// </para>
    /// </remarks>
    /// <param name="after">Only rooms whose ids come after this one, to continue; <see langword="null"/> for all.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <returns>The rooms' ids.</returns>
    /// <exception cref="ChatUnavailableException">The store cannot be reached.</exception>
    /// <exception cref="NotSupportedException">The application names the keys with an <see cref="IRoomKeyScheme"/>, so they do not say which rooms there are.</exception>
    public IAsyncEnumerable<string> FindRoomsAsync(string? after = null, CancellationToken cancellationToken = default) => FindAsync(_store.FindRoomsAsync, after, cancellationToken);

    /// <summary>Finds all users of whom the chat stores something of their own: a list of rooms, drafts, data keys. Authors who have none of these are not among them. Otherwise as <see cref="FindRoomsAsync"/>.</summary>
    /// <param name="after">Only users whose ids come after this one, to continue; <see langword="null"/> for all.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <returns>The users' ids, in their ordinal order, each once.</returns>
    /// <inheritdoc cref="FindRoomsAsync" path="/exception"/>
    public IAsyncEnumerable<string> FindUsersAsync(string? after = null, CancellationToken cancellationToken = default) => FindAsync(_store.FindUsersAsync, after, cancellationToken);

    private async IAsyncEnumerable<string> FindAsync(
        Func<string?, int, CancellationToken, Task<IReadOnlyList<string>>> find, string? after, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        IReadOnlyList<string> found;
        do
        {
            found = await find(after, FoundAtOnce, cancellationToken).ConfigureAwait(false);
            foreach (var id in found)
            {
                yield return after = id;
            }
        }
        while (found.Count == FoundAtOnce);
    }

    private static void CheckDirectory(string directory)
    {
        if (string.IsNullOrWhiteSpace(directory) || directory.Contains('\0', StringComparison.Ordinal))
        {
            throw new ChatInputException("The directory must have a name.", nameof(directory));
        }
    }

    private static void CheckRooms(IReadOnlyList<string> rooms)
    {
        foreach (var room in rooms ?? throw new ChatInputException("The list of rooms is missing.", nameof(rooms)))
        {
            if (ThreadId.IsThread(room))
            {
                throw new ChatInputException("A thread is exported and verified with its room: give the room's id.", nameof(rooms));
            }

            ChatInput.CheckId(room);
        }
    }
}
