namespace RedisChat.Redis;

/// <summary>Compares a chat with an export, scope by scope. What the chat has besides the exported rooms does not matter.</summary>
internal sealed class ExportComparison(TransferCalls calls)
{
    public async Task<VerifyResult> RunAsync(string directory, IProgress<TransferProgress>? progress, CancellationToken cancellationToken)
    {
        var export = await Task.Run(() => ExportReader.Open(directory, [.. TransferParts.Facts], cancellationToken), cancellationToken).ConfigureAwait(false);
        var (findings, report) = (new TransferFindings(), new TransferReport(progress, calls.Context.Time));

        // The others were begun again, because the room changed too fast or the export was interrupted.
        var epochs = export.Index().ToDictionary(entry => entry.Number, entry => entry.Position.Epoch);
        ScopeComparison? scope = null;
        foreach (var line in export.Lines(cancellationToken))
        {
            switch (line.Fact)
            {
                case "room" or "user":
                    scope = null;
                    if (epochs.TryGetValue(line.Number, out var epoch))
                    {
                        scope = new ScopeComparison(calls, TransferScope.Of(line.Fact == "user", line.Key, line.Thread), findings, line);
                        scope = await scope.BeginAsync(epoch, cancellationToken).ConfigureAwait(false) ? scope : null;
                    }

                    break;
                case "end":
                    if (scope is not null)
                    {
                        await scope.EndAsync(line, cancellationToken).ConfigureAwait(false);
                    }

                    scope = null;
                    break;
                default:
                    if (scope is not null)
                    {
                        await scope.AddAsync(line, cancellationToken).ConfigureAwait(false);
                    }

                    report.Report(findings.Scopes, findings.Facts);
                    break;
            }
        }

        report.Report(findings.Scopes, findings.Facts, isLast: true);
        return findings.Result();
    }
}
