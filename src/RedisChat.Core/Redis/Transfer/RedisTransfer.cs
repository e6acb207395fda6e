namespace RedisChat.Redis;

/// <summary>Exports, imports, migrates and verifies what Redis holds. docs/export.md describes the format.</summary>
/// <param name="context">The shared parts of the store.</param>
/// <param name="lists">The lists of users' rooms.</param>
internal sealed class RedisTransfer(RedisStoreContext context, IMembershipList lists) : ITransferStore
{
    private readonly TransferCalls _calls = new(context);

    public Task<ExportResult> ExportAsync(string directory, ExportOptions options, IProgress<TransferProgress>? progress, CancellationToken cancellationToken) =>
        RunAsync(() => new ChatExport(_calls).RunAsync(directory, options, progress, cancellationToken));

    public Task<ImportResult> ImportAsync(string directory, ImportOptions options, IProgress<TransferProgress>? progress, CancellationToken cancellationToken) =>
        RunAsync(() => new ChatImport(_calls, lists).RunAsync(directory, options, progress, cancellationToken));

    public Task<MigrationResult> MigrateAsync(IMessageStore source, MigrationOptions options, IProgress<TransferProgress>? progress, CancellationToken cancellationToken) => source is ClassicMessageStore classic
        ? RunAsync(() => new ClassicMigration(_calls, classic).RunAsync(options, progress, cancellationToken))
        : throw new ChatInputException($"Only a {nameof(ClassicMessageStore)} can be migrated. For everything else there are export and import.", nameof(source));

    public Task<VerifyResult> VerifyAsync(string? directory, VerifyOptions options, IProgress<TransferProgress>? progress, CancellationToken cancellationToken) =>
        RunAsync(() => directory is null
            ? new ChatCheck(_calls, lists, options).RunAsync(progress, cancellationToken)
            : new ExportComparison(_calls).RunAsync(directory, progress, cancellationToken));

    public Task<IReadOnlyList<string>> FindRoomsAsync(string? after, int limit, CancellationToken cancellationToken) =>
        RunAsync(() => new ScopeFinder(_calls).FindFirstAsync(ofUsers: false, after, limit, cancellationToken));

    public Task<IReadOnlyList<string>> FindUsersAsync(string? after, int limit, CancellationToken cancellationToken) =>
        RunAsync(() => new ScopeFinder(_calls).FindFirstAsync(ofUsers: true, after, limit, cancellationToken));

    // Scans of hashes run outside of the calls that translate errors.
    private async Task<T> RunAsync<T>(Func<Task<T>> run)
    {
        try
        {
            return await run().ConfigureAwait(false);
        }
        catch (Exception e) when (context.Connection.Errors.TryTranslate(e, out var error, writes: true))
        {
            throw error;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ChatTransferException($"The directory of the export cannot be used: {e.Message}", e);
        }
        catch (InvalidDataException e)
        {
            throw new ChatTransferException("A file of the export cannot be unpacked. Copy it again, or export again.", e);
        }
    }
}
