namespace RedisChat.Redis;

/// <summary>Exports a chat: the rooms in the order of their ids, each with its threads, and then the users.</summary>
internal sealed class ChatExport(TransferCalls calls)
{
    public async Task<ExportResult> RunAsync(string directory, ExportOptions options, IProgress<TransferProgress>? progress, CancellationToken cancellationToken)
    {
        using var writer = ExportWriter.Open(directory, options, calls.Context.Time);
        var done = ExportProgress.Of(directory, writer.Manifest);
        var found = await new ScopeFinder(calls).FindAsync(options.Rooms, null, cancellationToken).ConfigureAwait(false);
        var report = new TransferReport(progress, calls.Context.Time);
        var (count, facts) = (done.Scopes, writer.Manifest.Facts.Values.Sum());
        var scopes = new ScopeExport(calls, writer, () => report.Report(count, facts + writer.Lines.Total));
        foreach (var room in found.Rooms.Where(room => !done.IsPast(room)))
        {
            var last = done.Has(room) ? done.Last : await ExportAsync(new TransferScope(room)).ConfigureAwait(false);
            foreach (var thread in await ThreadsAsync(room, last, found, cancellationToken).ConfigureAwait(false))
            {
                if (!done.Has(thread.Id))
                {
                    await ExportAsync(thread).ConfigureAwait(false);
                }
            }
        }

        // After the rooms, so that a member who joined meanwhile is in the user's list rather than missing there.
        // Of single rooms, only the keys of their notices.
        IEnumerable<string> users = options.Rooms.Count == 0 ? found.Users
            : await calls.ReadAsync(database => database.HashLengthAsync(calls.Keys.DataKeys(UserScope.All), StackExchange.Redis.CommandFlags.DemandMaster), cancellationToken).ConfigureAwait(false) > 0 ? [UserScope.All]
            : [];
        foreach (var user in users.Where(user => !done.IsPast(user)))
        {
            if (!done.Has(user))
            {
                await ExportAsync(new TransferScope(user)).ConfigureAwait(false);
            }
        }

        report.Report(count, facts + writer.Lines.Total, isLast: true);
        return writer.Complete();

        async Task<long> ExportAsync(TransferScope scope)
        {
            IReadOnlyCollection<string> scheduled = found.Scheduled.TryGetValue(scope.Id, out var users) ? users : [];
            var last = await scopes.RunAsync(scope, writer.Manifest.Open is { } open && open.Room == scope.Id ? open : null, scheduled, cancellationToken).ConfigureAwait(false);
            count++;
            if (writer.IsFileFull)
            {
                writer.Checkpoint(open: null);
            }

            return last;
        }
    }

    /// <summary>The threads of a room: those that the room knows, and those that have keys. Threads of messages that were sent since would belong to other messages of an imported room, which get these ids.</summary>
    private async Task<IReadOnlyList<TransferScope>> ThreadsAsync(string room, long last, FoundScopes found, CancellationToken cancellationToken)
    {
        var fields = await calls.ReadAsync(
            database => database.HashKeysAsync(calls.Keys.Threads(room), StackExchange.Redis.CommandFlags.DemandMaster), cancellationToken).ConfigureAwait(false);
        var ids = found.Threads.GetValueOrDefault(room) ?? [];
        foreach (var field in fields)
        {
            if (StrictNumber.TryRead((string?)field, out var id) && id > 0)
            {
                ids.Add(id);
            }
        }

        return [.. ids.Where(id => id <= last).Select(id => TransferScope.Of(isUser: false, room, id))];
    }
}
