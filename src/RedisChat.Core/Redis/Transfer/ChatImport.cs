namespace RedisChat.Redis;

/// <summary>Imports an export.</summary>
/// <param name="calls">Runs the calls.</param>
/// <param name="lists">The lists of users' rooms.</param>
internal sealed class ChatImport(TransferCalls calls, IMembershipList lists)
{
    private readonly MemberLists _lists = new(calls, lists);

    public async Task<ImportResult> RunAsync(string directory, ImportOptions options, IProgress<TransferProgress>? progress, CancellationToken cancellationToken)
    {
        var export = await Task.Run(() => ExportReader.Open(directory, [.. TransferParts.Facts], cancellationToken), cancellationToken).ConfigureAwait(false);
        var plan = await ImportPlan.MakeAsync(calls, export, cancellationToken).ConfigureAwait(false);
        if (!options.DryRun && plan.Refused.Count > 0)
        {
            throw new ChatTransferException($"The import was refused, and nothing was written: {plan.Refused}");
        }

        var facts = options.DryRun ? 0 : await ImportAsync(export, plan, progress, cancellationToken).ConfigureAwait(false);
        return new ImportResult { Imported = plan.Count, Skipped = plan.Skipped, Refused = plan.Refused.First, RefusedCount = plan.Refused.Count, Facts = facts };
    }

    private async Task<long> ImportAsync(ExportReader export, ImportPlan plan, IProgress<TransferProgress>? progress, CancellationToken cancellationToken)
    {
        var report = new TransferReport(progress, calls.Context.Time);
        var schedules = new ImportedSchedules(calls);
        ScopeImport? scope = null;
        ScopeImport? room = null;
        TransferScope? merged = null;
        var (scopes, facts) = (0L, 0L);
        foreach (var line in export.Lines(cancellationToken))
        {
            switch (line.Fact)
            {
                case "room" or "user":
                    var next = TransferScope.Of(line.Fact == "user", line.Key, line.Thread);
                    (scope, merged) = (null, null);
                    if (room is not null && next.Root != room.Scope.Id)
                    {
                        await CompleteAsync(room, null).ConfigureAwait(false);
                        room = null;
                    }

                    await schedules.BeginAsync(next, cancellationToken).ConfigureAwait(false);
                    if (plan.TryGet(line.Number, out var epoch))
                    {
                        scope = new ScopeImport(calls, next, export.Manifest.Id, line, epoch);
                        await scope.BeginAsync(cancellationToken).ConfigureAwait(false);
                    }
                    else if (plan.IsMerged(line.Number))
                    {
                        merged = next;
                    }
                    else if (plan.IsThere(line.Number))
                    {
                        room?.Threads.Completed(next.Thread, hasSummary: false);
                    }

                    break;
                case "end" when scope is not null:
                    facts++;
                    await scope.EndAsync(line, cancellationToken).ConfigureAwait(false);
                    if (scope.Scope.IsUser || scope.Scope.IsThread)
                    {
                        await CompleteAsync(scope, room).ConfigureAwait(false);
                    }
                    else
                    {
                        room = scope;
                    }

                    scope = null;
                    break;
                default:
                    if (merged is { User: { } user } && line.Fact == TransferParts.Listed.Fact && !line.IsGone)
                    {
                        await _lists.AddAsync(user, line.Key, cancellationToken).ConfigureAwait(false);
                    }

                    schedules.Add(line);
                    if (scope is not null)
                    {
                        facts++;
                        await scope.AddAsync(line, cancellationToken).ConfigureAwait(false);
                    }

                    report.Report(scopes, facts);
                    break;
            }
        }

        if (room is not null)
        {
            await CompleteAsync(room, null).ConfigureAwait(false);
        }

        await schedules.FillAsync(cancellationToken).ConfigureAwait(false);

        // The lists are exported later than the rooms, or not at all. Also of rooms that were skipped: an import that was killed may not have come to this.
        foreach (var (imported, _, _) in export.Index().Where(entry => !entry.Scope.IsUser))
        {
            await foreach (var user in _lists.LackingAsync(imported.Id, null, cancellationToken).ConfigureAwait(false))
            {
                await _lists.AddAsync(user, imported.Id, cancellationToken).ConfigureAwait(false);
            }
        }

        report.Report(scopes, facts, isLast: true);
        return facts;

        async Task CompleteAsync(ScopeImport done, ScopeImport? above)
        {
            await done.CompleteAsync(above, cancellationToken).ConfigureAwait(false);
            scopes++;
        }
    }
}
