using StackExchange.Redis;

namespace RedisChat.Redis;

/// <summary>Checks that everything a chat stores is consistent, room by room, and repairs what can be derived.</summary>
/// <param name="calls">Runs the calls.</param>
/// <param name="lists">The lists of users' rooms.</param>
/// <param name="options">What to verify.</param>
internal sealed class ChatCheck(TransferCalls calls, IMembershipList lists, VerifyOptions options)
{
    private const int MostAttempts = 5;

    // The last one has no revision: moving messages to the archive changes the lists.
    private static readonly string[] CheckedFields = ["epoch", "last", "rev", ArchivedField.Name];

    private readonly TransferFindings _findings = new();

    public async Task<VerifyResult> RunAsync(IProgress<TransferProgress>? progress, CancellationToken cancellationToken)
    {
        var report = new TransferReport(progress, calls.Context.Time);
        var found = await new ScopeFinder(calls).FindAsync(options.Rooms, IsNeeded, cancellationToken).ConfigureAwait(false);
        var (directory, users) = (new DirectoryCheck(calls, _findings, options.Repair), new UserCheck(calls, new MemberLists(calls, lists), _findings, options.Repair));
        foreach (var room in found.Rooms)
        {
            if (found.Missing.Contains(room))
            {
                _findings.Add(new TransferScope(room), "room", "There is no such room.");
                continue;
            }

            var scopes = (found.Threads.GetValueOrDefault(room) ?? []).Select(id => TransferScope.Of(isUser: false, room, id)).Prepend(new TransferScope(room));
            foreach (var scope in scopes)
            {
                var state = await CheckAsync(scope, found.Others.GetValueOrDefault(scope.Id) ?? [], report, cancellationToken).ConfigureAwait(false);
                if (!scope.IsThread)
                {
                    await directory.CheckAsync(scope, state, cancellationToken).ConfigureAwait(false);
                }

                await directory.CheckDueAsync(scope, found.Scheduled.GetValueOrDefault(scope.Id) ?? [], cancellationToken).ConfigureAwait(false);
                await directory.CheckUpkeepAsync(scope, cancellationToken).ConfigureAwait(false);
                await users.CheckMembersAsync(scope, cancellationToken).ConfigureAwait(false);
            }
        }

        if (options.Rooms.Count == 0)
        {
            foreach (var user in found.Users)
            {
                _findings.Scopes++;
                await users.CheckAsync(new TransferScope(user), cancellationToken).ConfigureAwait(false);
                report.Report(_findings.Scopes, _findings.Facts);
            }

            await directory.CheckEntriesAsync(cancellationToken).ConfigureAwait(false);
        }

        report.Report(_findings.Scopes, _findings.Facts, isLast: true);
        return _findings.Result();
    }

    // The other keys are read whether they were found or not.
    private static bool IsNeeded(string scope, string suffix) =>
        !new TransferScope(scope).IsUser && !suffix.StartsWith("sent:", StringComparison.Ordinal) && suffix is not ("" or "changed" or "sealed" or "here" or "here:users" or "here:processes" or "rates");

    private async Task<ScopeState> CheckAsync(TransferScope scope, HashSet<string> suffixes, TransferReport report, CancellationToken cancellationToken)
    {
        _findings.Scopes++;
        for (var attempt = 1; ; attempt++)
        {
            var facts = 0L;
            var result = await new RoomCheck(calls, scope, suffixes).RunAsync(
                count =>
                {
                    facts += count;
                    report.Report(_findings.Scopes, _findings.Facts + facts);
                },
                cancellationToken).ConfigureAwait(false);
            if (result is null && attempt < MostAttempts)
            {
                continue;
            }

            _findings.Facts += facts;
            if (result is null)
            {
                _findings.Add(scope, "busy", "It changed during each of several attempts, so it could not be checked. Verify it at a quieter time.");
                return await calls.ReadAsync(database => ScopeState.ReadAsync(database, calls.Keys.Room(scope.Id)), cancellationToken).ConfigureAwait(false);
            }

            var isRepaired = options.Repair && result.Problems.Kept.Any(problem => problem.Repair is not null) && await RepairAsync(scope, result, cancellationToken).ConfigureAwait(false);
            foreach (var problem in result.Problems.Kept)
            {
                _findings.Add(scope, problem.What, problem.Details, isRepaired && problem.Repair is not null);
            }

            _findings.AddMore(result.Problems.More);

            return result.State;
        }
    }

    /// <summary>Writes the repairs in one step, unless the room has changed since.</summary>
    private async Task<bool> RepairAsync(TransferScope scope, RoomCheckResult result, CancellationToken cancellationToken)
    {
        var (batch, key, state) = (new WriteBatch(), calls.Keys.Room(scope.Id), result.State);
        foreach (var problem in result.Problems.Kept)
        {
            problem.Repair?.Invoke(batch);
        }

        foreach (var broken in result.Broken)
        {
            batch.Remove(broken);
        }

        if (result.Broken.Count > 0)
        {
            await result.Messages!.RebuildAsync(batch, result.Broken, cancellationToken).ConfigureAwait(false);
        }

        return await calls.RepeatAsync(
            database =>
            {
                var transaction = database.CreateTransaction();
                foreach (var field in CheckedFields)
                {
                    transaction.AddCondition(state.Has(field) ? Condition.HashEqual(key, field, state.Bytes(field)) : Condition.HashNotExists(key, field));
                }

                batch.AddTo(transaction);
                return transaction.ExecuteAsync(CommandFlags.DemandMaster);
            },
            cancellationToken).ConfigureAwait(false);
    }
}
