using System.Globalization;
using System.Text;
using StackExchange.Redis;

namespace RedisChat.Redis;

/// <summary>
/// Imports one room, thread or user. While that goes on, the room reads as one that is being deleted, so nobody uses it. Each step is one transaction that also writes how far the import is, and takes place only if it is still
/// where the last step left it: so a step is never lost or repeated.
/// </summary>
internal sealed partial class ScopeImport
{
    private const int WritesAtOnce = 2000;
    private const long BytesAtOnce = 4 * 1024 * 1024;
    private const int CorrectionsAtOnce = 500;

    private readonly TransferCalls _calls;
    private readonly TransferScope _scope;
    private readonly KeyNames _keys;
    private readonly string _key;
    private readonly string _epoch;
    private readonly WriteBatch _batch = new();
    private readonly ImportCorrections _corrections;
    private readonly ImportCommits _commits;
    private readonly long _first;
    private readonly long _last;
    private ImportStep _step;
    private ImportStep _written;
    private long _toSkip;
    private byte[]? _summary;
    private List<(string Name, byte[] Value)>? _end;

    /// <summary>Prepares an import.</summary>
    /// <param name="calls">Runs the calls.</param>
    /// <param name="scope">What is imported.</param>
    /// <param name="export">The export.</param>
    /// <param name="opening">The line that begins the scope.</param>
    /// <param name="epoch">The epoch that it will have; empty for none.</param>
    public ScopeImport(TransferCalls calls, TransferScope scope, string export, FactLine opening, string epoch)
    {
        (_calls, _scope, _keys, _epoch) = (calls, scope, calls.Keys, epoch);
        _key = _keys.Room(scope.Id);
        (_first, _last) = (Math.Max(1, opening.First), opening.Last);
        _indexes = new MessageIndexes(_keys, scope.Id);
        _corrections = new ImportCorrections(calls, scope, _indexes);
        _commits = new ImportCommits(calls, scope, "import");
        Threads = new ImportedThreads(calls, scope.Id);
        _step = _written = new ImportStep(export, opening.Number, 0, 0, IsCorrecting: false);
    }

    /// <summary>The scope.</summary>
    public TransferScope Scope => _scope;

    /// <summary>The threads of the room, which follow after it.</summary>
    public ImportedThreads Threads { get; }

    /// <summary>The number of lines that were read.</summary>
    public long Lines { get; private set; }

    /// <summary>Takes a line.</summary>
    public async Task AddAsync(FactLine line, CancellationToken cancellationToken)
    {
        Lines++;
        if (line.Fact == TransferParts.Threads.Fact)
        {
            Threads.Track(line);
        }
        else if (line.Fact == "summary")
        {
            _summary = line.Value(isJson: false);
        }

        if (Lines <= _toSkip)
        {
            return;
        }

        if (line.Fact == "changes")
        {
            await FlushAsync(cancellationToken).ConfigureAwait(false);
            _step = _step with { IsCorrecting = true };
        }
        else if (line.Fact == "summary")
        {
            // Written at the end.
        }
        else if (line.Fact == TransferParts.Log.Fact)
        {
            PackBucket();
            _batch.Enter(_keys.Changed(_scope.Id), line.Value(isJson: false), line.Id);
        }
        else if (_step.IsCorrecting)
        {
            _corrections.Add(line);
        }
        else
        {
            await AddNewAsync(line, cancellationToken).ConfigureAwait(false);
        }

        _step = _step with { Lines = Lines };
        if (_corrections.Count >= CorrectionsAtOnce || _corrections.Bytes >= BytesAtOnce || (_bucket.Count == 0 && (_batch.Count >= WritesAtOnce || _batch.Bytes >= BytesAtOnce)))
        {
            await FlushAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Takes the last line. A room with threads is completed only after them.</summary>
    public async Task EndAsync(FactLine line, CancellationToken cancellationToken)
    {
        Lines++;
        _end = line.Fields(isJson: false);
        await FlushAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>The revision of the room in the export.</summary>
    public long Revision => _end is { } fields && StrictNumber.TryRead(fields.Find(static some => some.Name == "rev").Value, out var revision) ? revision : 0;

    /// <summary>Completes the import: from now on the room is there.</summary>
    /// <param name="above">The import of the room that this thread belongs to, if that is going on.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public async Task CompleteAsync(ScopeImport? above, CancellationToken cancellationToken)
    {
        var fields = _end ?? throw new ChatTransferException($"The export of {_scope} has no end. Export again.");
        var uses = Encoding.UTF8.GetString(fields.Find(field => field.Name == "uses").Value ?? []);
        if (Threads.HasAny && !uses.Contains(ThreadText.Letter, StringComparison.Ordinal)
            && await _calls.ReadAsync(database => database.KeyExistsAsync(_keys.Threads(_scope.Id), CommandFlags.DemandMaster), cancellationToken).ConfigureAwait(false))
        {
            // The room's first thread was opened after the room was read.
            uses += ThreadText.Letter;
            fields = [.. fields.Where(field => field.Name != "uses"), ("uses", Encoding.UTF8.GetBytes(uses))];
        }

        var needsUpkeep = !_scope.IsUser && uses.AsSpan().IndexOfAny("xaf") >= 0;
        if (needsUpkeep)
        {
            await _calls.RepeatAsync(() => _calls.Context.Upkeep.AddBeforeAsync(_scope.Id, cancellationToken), cancellationToken).ConfigureAwait(false);
        }

        if (!_scope.IsUser && fields.Find(field => field.Name == AboutJson.Field).Value is { } text && AboutJson.TryRead(text, out var about, out _))
        {
            var at = StrictNumber.TryRead(fields.Find(field => field.Name == "at").Value ?? [], out var time) ? time : 0;
            await _calls.RepeatAsync(
                database => new DirectoryIndex(_keys).PutAsync(database, _scope.Id, RoomSort.NameOf(about, _scope.Id), at, cancellationToken), cancellationToken).ConfigureAwait(false);
        }

        await Threads.AddToAsync(_batch, Revision, cancellationToken).ConfigureAwait(false);
        var entries = fields.Select(field => new HashEntry(field.Name, field.Value)).Append(new HashEntry(ImportMark.DoneField, _step.Export)).ToList();
        // Without the keys, what is encrypted stays open, and the sealer of a process that has them begins at the beginning. What an import that was killed has left open is not known.
        if (SealBelow > 0 && _epoch.Length > 0 && !_isKeyMissing && (_toSkip == 0 || !uses.Contains(RoomCiphers.Letter, StringComparison.Ordinal)))
        {
            entries.Add(new HashEntry("sealed", SealBelow));
        }

        var hasSummary = _summary is not null && !ThreadText.IsClosed(_summary);
        if (_scope.IsThread && hasSummary)
        {
            _batch.Set(_keys.Threads(_scope.Root), _scope.Thread, await SummaryAsync(above, cancellationToken).ConfigureAwait(false));
        }

        await _commits.CommitAsync(
            _commits.At(_written),
            transaction =>
            {
                _batch.AddTo(transaction);
                transaction.KeyDeleteAsync(_key).Observe();
                transaction.HashSetAsync(_key, [.. entries]).Observe();
                ImportMark.Hide(transaction, _keys, _scope);
            },
            null, _step.Export, cancellationToken).ConfigureAwait(false);
        _batch.Clear();
        _calls.Context.Rooms.Forget(_scope.Id);
        _calls.Context.Ciphers?.Forget(_scope.Id);
        above?.Threads.Completed(_scope.Thread, hasSummary);
        if (needsUpkeep)
        {
            await _calls.RepeatAsync(() => _calls.Context.Upkeep.AddRoomAsync(_scope.Id, null, cancellationToken), cancellationToken).ConfigureAwait(false);
        }
    }

    // The thread was read after its room. The revision of its summary must not be ahead of the room's.
    private async Task<byte[]> SummaryAsync(ScopeImport? above, CancellationToken cancellationToken)
    {
        var limit = above?.Revision
            ?? (long)await _calls.ReadAsync(database => database.HashGetAsync(_keys.Room(_scope.Root), "rev", CommandFlags.DemandMaster), cancellationToken).ConfigureAwait(false);
        var end = _summary.AsSpan().IndexOf((byte)' ');
        return end > 0 && StrictNumber.TryRead(_summary.AsSpan(0, end), out var revision) && revision > limit
            ? [.. Encoding.ASCII.GetBytes(limit.ToString(CultureInfo.InvariantCulture)), .. _summary.AsSpan(end)]
            : _summary!;
    }

    private async Task AddNewAsync(FactLine line, CancellationToken cancellationToken)
    {
        var part = TransferParts.Of(line.Fact) ?? throw new ChatTransferException($"The export has a line of the kind '{line.Fact}' in the middle of a room. Export again.");
        if (part == TransferParts.Messages)
        {
            await AddMessageAsync(line, cancellationToken).ConfigureAwait(false);
            return;
        }

        PackBucket();
        switch (part.Kind)
        {
            case TransferKind.Groups:
                foreach (var (name, value) in line.Fields(part.IsJson))
                {
                    _batch.Set(TransferFields.GroupKey(_keys, _scope.Id, part, line.Id), TransferFields.GroupField(line.Id, name), value);
                }

                break;
            case TransferKind.Messages:
                AddGone(line.Id);
                _batch.Set(_keys.Sealed(_scope.Id), line.Id, line.Value(isJson: true));
                _step = _step with { LastId = Math.Min(_last, ((line.Id + 1) * Buckets.Size) - 1) };
                break;
            default:
                TransferFields.AddField(_calls, _scope, _batch, part, line.Key, line.User, line.IsGone ? null : line.Value(part.IsJson));
                break;
        }
    }
}
