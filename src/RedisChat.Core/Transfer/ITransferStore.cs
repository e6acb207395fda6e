namespace RedisChat;

/// <summary>An optional ability of an <see cref="IMessageStore"/>: finding all rooms; exporting, importing, migrating and verifying chats: see <see cref="ChatTransfer"/>, which checks the input.</summary>
/// <remarks>The format of an export is described in docs/export.md. The methods may be called at the same time, but not with the same directory.</remarks>
public interface ITransferStore
{
    /// <summary>Exports rooms into a directory, or continues an export that was interrupted: see <see cref="ChatTransfer.ExportAsync"/>.</summary>
    /// <param name="directory">The directory.</param>
    /// <param name="options">What to export.</param>
    /// <param name="progress">Receives the progress.</param>
    /// <param name="cancellationToken">Stops it.</param>
    Task<ExportResult> ExportAsync(string directory, ExportOptions options, IProgress<TransferProgress>? progress = null, CancellationToken cancellationToken = default);

    /// <summary>Imports an export: see <see cref="ChatTransfer.ImportAsync"/>.</summary>
    /// <param name="directory">The directory.</param>
    /// <param name="options">How to import.</param>
    /// <param name="progress">Receives the progress.</param>
    /// <param name="cancellationToken">Stops it.</param>
    Task<ImportResult> ImportAsync(string directory, ImportOptions options, IProgress<TransferProgress>? progress = null, CancellationToken cancellationToken = default);

    /// <summary>Migrates rooms of another store: see <see cref="ChatTransfer.MigrateAsync"/>.</summary>
    /// <param name="source">The store to read.</param>
    /// <param name="options">What to migrate.</param>
    /// <param name="progress">Receives the progress.</param>
    /// <param name="cancellationToken">Stops it.</param>
    Task<MigrationResult> MigrateAsync(IMessageStore source, MigrationOptions options, IProgress<TransferProgress>? progress = null, CancellationToken cancellationToken = default);

    /// <summary>Verifies the chat: see <see cref="ChatTransfer.VerifyAsync"/>.</summary>
    /// <param name="directory">The directory of an export to compare with; <see langword="null"/> to check the chat alone.</param>
    /// <param name="options">What to verify.</param>
    /// <param name="progress">Receives the progress.</param>
    /// <param name="cancellationToken">Stops it.</param>
    Task<VerifyResult> VerifyAsync(string? directory, VerifyOptions options, IProgress<TransferProgress>? progress = null, CancellationToken cancellationToken = default);

    /// <summary>Finds the first rooms that exist, with settings or without, in the ordinal order of their ids: see <see cref="ChatTransfer.FindRoomsAsync"/>.</summary>
    /// <param name="after">Only rooms whose ids come after this one; <see langword="null"/> for all.</param>
    /// <param name="limit">The most rooms. If fewer are returned, these were the last ones.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <returns>The ids, each once.</returns>
    Task<IReadOnlyList<string>> FindRoomsAsync(string? after, int limit, CancellationToken cancellationToken = default);

    /// <summary>Finds the first users of whom something of their own is stored, in the ordinal order of their ids: see <see cref="ChatTransfer.FindUsersAsync"/>.</summary>
    /// <param name="after">Only users whose ids come after this one; <see langword="null"/> for all.</param>
    /// <param name="limit">The most users. If fewer are returned, these were the last ones.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <returns>The ids, each once.</returns>
    Task<IReadOnlyList<string>> FindUsersAsync(string? after, int limit, CancellationToken cancellationToken = default);
}
