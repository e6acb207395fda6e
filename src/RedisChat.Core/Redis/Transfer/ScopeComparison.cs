using System.Globalization;
using StackExchange.Redis;

namespace RedisChat.Redis;

/// <summary>
/// Compares a room, a thread or a user with the lines of an export, in one pass. What differs is remembered until a later line for the same fact says otherwise.
/// </summary>
internal sealed partial class ScopeComparison
{
    private const int BucketsAtOnce = 8;
    private const int FieldsAtOnce = 500;
    private const int MostDifferences = 100_000;

    private readonly TransferCalls _calls;
    private readonly TransferScope _scope;
    private readonly TransferFindings _findings;
    private readonly long _last;
    private readonly Dictionary<(string Fact, string Key), string> _different = [];
    private readonly SortedDictionary<long, byte[]?> _messages = [];
    private readonly Dictionary<(TransferPart Part, long Id), List<(string Name, byte[] Value)>> _groups = [];
    private readonly Dictionary<TransferPart, List<(string Key, string? User, byte[]? Value)>> _fields = [];
    private readonly Dictionary<string, HashSet<string>> _seen = new(StringComparer.Ordinal);
    private readonly HashSet<long> _new = [];
    private readonly List<(long Revision, byte[] Entry)> _log = [];
    private readonly Dictionary<string, (TransferPart Part, string? User)> _hashes = new(StringComparer.Ordinal);
    private ScopeState? _state;
    private bool _isCorrecting;
    private long _nextBucket;
    private long _entries;

    // Rooms that the import listed, because the user was a member when the room was exported, and had left when the list was.
    private long _listed;
    private byte[]? _summary;

    public ScopeComparison(TransferCalls calls, TransferScope scope, TransferFindings findings, FactLine opening)
    {
        (_calls, _scope, _findings, _last) = (calls, scope, findings, opening.Last);
        _nextBucket = Buckets.Of(Math.Max(1, opening.First));
    }

    private KeyNames Keys => _calls.Keys;

    /// <summary>Whether there is anything to compare with.</summary>
    /// <param name="epoch">The epoch in the export; 0 for none.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public async Task<bool> BeginAsync(ulong epoch, CancellationToken cancellationToken)
    {
        _findings.Scopes++;
        _state = await _calls.ReadAsync(database => ScopeState.ReadAsync(database, Keys.Room(_scope.Id)), cancellationToken).ConfigureAwait(false);
        if (epoch == _state.Position.Epoch && !_state.IsClosed)
        {
            if (_state.ArchivedBelow == 0 || _calls.Context.Archive is not null)
            {
                return true;
            }

            _findings.Add(_scope, "archive", "It was not compared: old messages of the room are in an archive, and this process has none. Register the archive of the other processes: AddFileArchive or AddRoomArchive.");
            return false;
        }

        _findings.Add(_scope, "room", _state.IsClosed ? "It is being imported or deleted."
            : !_state.Exists ? "It is missing." : epoch == 0 ? "It exists, and did not when it was exported." : "It is a different room from the exported one: its epoch differs.");
        return false;
    }

    public async Task AddAsync(FactLine line, CancellationToken cancellationToken)
    {
        _findings.Facts++;
        if (line.Fact == "changes")
        {
            await CompareAsync(cancellationToken).ConfigureAwait(false);
            await CompareBucketsToAsync(Buckets.Of(_last) + 1, cancellationToken).ConfigureAwait(false);
            _isCorrecting = true;
            return;
        }

        if (line.Fact == "summary")
        {
            _summary = line.Value(isJson: false);
            return;
        }

        var part = TransferParts.Of(line.Fact) ?? throw new ChatTransferException($"The export has a line of the kind '{line.Fact}' in the middle of a room. Export again.");
        if (part.Kind == TransferKind.Log)
        {
            _log.Add((line.Id, line.Value(isJson: false)));
            _entries++;
        }
        else if (part == TransferParts.Messages)
        {
            if (!_isCorrecting && _messages.Count > 0 && Buckets.Of(line.Id) >= _nextBucket + BucketsAtOnce)
            {
                await CompareBucketsToAsync(Buckets.Of(line.Id), cancellationToken).ConfigureAwait(false);
            }

            _messages[line.Id] = line.IsGone ? null : line.Value(isJson: true);
            if (line.Id > _last)
            {
                _new.Add(line.Id);
            }
        }
        else if (part.Kind == TransferKind.Groups)
        {
            _groups[(part, line.Id)] = line.IsGone ? [] : line.Fields(part.IsJson);
        }
        else if (part.Kind == TransferKind.Messages)
        {
            var stored = await _calls.ReadAsync(database => database.HashGetAsync(Keys.Sealed(_scope.Id), line.Id, CommandFlags.DemandMaster), cancellationToken).ConfigureAwait(false);
            Note(part.Fact, line.Key, (byte[]?)stored, line.Value(isJson: true));
        }
        else
        {
            if (!_fields.TryGetValue(part, out var fields))
            {
                _fields.Add(part, fields = []);
            }

            fields.Add((line.Key, line.User, line.IsGone ? null : line.Value(part.IsJson)));
        }

        if (_log.Count >= FieldsAtOnce || _fields.GetValueOrDefault(part)?.Count >= FieldsAtOnce || (_isCorrecting && _messages.Count + _groups.Count >= FieldsAtOnce))
        {
            await CompareAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    public async Task EndAsync(FactLine line, CancellationToken cancellationToken)
    {
        _findings.Facts++;
        if (!_isCorrecting)
        {
            await CompareAsync(cancellationToken).ConfigureAwait(false);
            await CompareBucketsToAsync(Buckets.Of(_last) + 1, cancellationToken).ConfigureAwait(false);
            _isCorrecting = true;
        }

        await CompareAsync(cancellationToken).ConfigureAwait(false);
        var fields = line.Fields(isJson: false).ToDictionary(field => field.Name, field => field.Value, StringComparer.Ordinal);
        var last = StrictNumber.TryRead(fields.GetValueOrDefault("last") ?? [], out var number) ? number : 0;
        await FindAdditionalAsync(last, cancellationToken).ConfigureAwait(false);
        CompareState(fields);
        if (_scope.IsThread && _summary is not null && !ThreadText.IsClosed(_summary))
        {
            var stored = (byte[]?)await _calls.ReadAsync(database => database.HashGetAsync(Keys.Threads(_scope.Root), _scope.Thread, CommandFlags.DemandMaster), cancellationToken).ConfigureAwait(false);
            Note("summary", _scope.Thread.ToString(CultureInfo.InvariantCulture), AfterRevision(stored), AfterRevision(_summary));
        }

        foreach (var ((fact, key), details) in _different)
        {
            _findings.Add(_scope, fact, $"{fact} {key}: {details}.");
        }

        if (_different.Count >= MostDifferences)
        {
            _findings.Add(_scope, "more", $"There are more than {MostDifferences} differences, and not all were counted.");
        }
    }

    // A thread is read after its room, so the revision of its summary may differ.
    private static byte[]? AfterRevision(byte[]? summary) => summary?.AsSpan().IndexOf((byte)' ') is > 0 and var end ? summary[end..] : summary;

    private void CompareState(Dictionary<string, byte[]> fields)
    {
        var here = _state!.Exported().ToDictionary(field => field.Name, field => field.Value.ToArray(), StringComparer.Ordinal);
        foreach (var name in fields.Keys.Union(here.Keys, StringComparer.Ordinal))
        {
            var (stored, exported) = (here.GetValueOrDefault(name), fields.GetValueOrDefault(name));
            if (name == "uses" && exported?.Contains((byte)ThreadText.Letter) != true)
            {
                // If the room's first thread was opened after the room was read, the import adds its letter.
                stored = stored?.Where(letter => letter != ThreadText.Letter).ToArray() is { Length: > 0 } others ? others : null;
            }

            if (_listed == 0 || name != "rev")
            {
                Note("field", name, stored, exported);
            }
        }
    }

    private void Note(string fact, string key, byte[]? here, byte[]? exported)
    {
        if (here is null ? exported is null : exported is not null && here.AsSpan().SequenceEqual(exported))
        {
            _different.Remove((fact, key));
        }
        else if (_different.Count < MostDifferences)
        {
            _different[(fact, key)] = here is null ? "missing" : exported is null ? "not in the export" : "another value than in the export";
        }
    }

    /// <summary>Compares the messages of the buckets below one, also of those of which the export has none.</summary>
    private async Task CompareBucketsToAsync(long end, CancellationToken cancellationToken)
    {
        while (_nextBucket < end && !_scope.IsUser)
        {
            var some = ScopeReads.Numbers(_nextBucket, Math.Min(BucketsAtOnce, end - _nextBucket));
            foreach (var bucket in await ReadAsync(some, cancellationToken).ConfigureAwait(false))
            {
                var exported = _messages.Where(message => Buckets.Of(message.Key) == bucket.Number).ToList();
                foreach (var (id, value) in exported)
                {
                    await NoteMessageAsync(bucket, id, value, cancellationToken).ConfigureAwait(false);
                    _messages.Remove(id);
                }

                foreach (var id in bucket.Messages.Keys.Where(id => id <= _last).Except(exported.Select(message => message.Key)))
                {
                    await NoteMessageAsync(bucket, id, null, cancellationToken).ConfigureAwait(false);
                }

                foreach (var (part, groups) in bucket.Features)
                {
                    foreach (var id in groups.Keys.Where(id => id <= _last).Union(_groups.Keys.Where(group => group.Part == part && Buckets.Of(group.Id) == bucket.Number).Select(group => group.Id)).ToList())
                    {
                        NoteGroup(part, id, groups);
                    }
                }
            }

            _nextBucket += some.Count;
        }
    }

    private async Task CompareAsync(CancellationToken cancellationToken)
    {
        foreach (var (part, fields) in _fields)
        {
            await CompareFieldsAsync(part, fields, cancellationToken).ConfigureAwait(false);
            fields.Clear();
        }

        if (_log.Count > 0)
        {
            var scores = await _calls.ReadAsync(
                database => Task.WhenAll(_log.Select(entry => database.SortedSetScoreAsync(Keys.Changed(_scope.Id), entry.Entry, CommandFlags.DemandMaster))), cancellationToken).ConfigureAwait(false);
            for (var i = 0; i < scores.Length; i++)
            {
                if (scores[i] != _log[i].Revision)
                {
                    _different[("log", _log[i].Revision.ToString(CultureInfo.InvariantCulture))] = "missing";
                }
            }

            _log.Clear();
        }

        if (_groups.Keys.Any(group => group.Part == TransferParts.Writing))
        {
            var foreign = 0;
            var written = ReadBucket.Group(
                await _calls.ReadAsync(database => database.HashGetAllAsync(Keys.Writing(_scope.Id), CommandFlags.DemandMaster), cancellationToken).ConfigureAwait(false), -1, ref foreign);
            foreach (var (part, id) in _groups.Keys.Where(group => group.Part == TransferParts.Writing).ToList())
            {
                Seen(Keys.Writing(_scope.Id), part, null).Add(id.ToString(CultureInfo.InvariantCulture));
                NoteGroup(part, id, written);
            }
        }

        if (!_isCorrecting)
        {
            return;
        }

        foreach (var some in _messages.Keys.Select(Buckets.Of).Concat(_groups.Keys.Select(group => Buckets.Of(group.Id))).Distinct().Order().ToList().Chunk(BucketsAtOnce))
        {
            foreach (var bucket in await ReadAsync(some, cancellationToken).ConfigureAwait(false))
            {
                foreach (var (id, value) in _messages.Where(message => Buckets.Of(message.Key) == bucket.Number))
                {
                    await NoteMessageAsync(bucket, id, value, cancellationToken).ConfigureAwait(false);
                }

                foreach (var (part, id) in _groups.Keys.Where(group => group.Part.Key is null && Buckets.Of(group.Id) == bucket.Number).ToList())
                {
                    NoteGroup(part, id, bucket.Features.First(feature => feature.Part == part).Groups);
                }
            }
        }

        _messages.Clear();
        _groups.Clear();
    }

    private async Task CompareFieldsAsync(TransferPart part, List<(string Key, string? User, byte[]? Value)> fields, CancellationToken cancellationToken)
    {
        foreach (var group in fields.GroupBy(field => field.User, StringComparer.Ordinal))
        {
            var hash = part == TransferParts.Scheduled ? Keys.Scheduled(_scope.Id, group.Key ?? "") : part.Key!(Keys, _scope.Id);
            var seen = Seen(hash, part, group.Key);

            // Of several lines for a field the last one counts.
            var some = group.GroupBy(field => field.Key, StringComparer.Ordinal).Select(lines => lines.Last()).ToList();
            var values = await _calls.ReadAsync(
                database => database.HashGetAsync(hash, [.. some.Select(field => (RedisValue)field.Key)], CommandFlags.DemandMaster), cancellationToken).ConfigureAwait(false);
            for (var i = 0; i < some.Count; i++)
            {
                var (key, _, value) = some[i];
                if (part == TransferParts.Listed && value is null)
                {
                    // The user left while the list was exported. The import may have listed the room again, as for a user who left before.
                    seen.Remove(key);
                    _different.Remove((part.Fact, key));
                    continue;
                }

                seen.Add(key);
                var stored = (byte[]?)values[i];
                if (part == TransferParts.Threads)
                {
                    // The summary itself is compared with the thread.
                    (stored, value) = (stored is not null && ThreadText.IsClosed(stored) ? stored : null, value is not null && ThreadText.IsClosed(value) ? value : null);
                }

                Note(part.Fact, key, stored, value);
            }
        }
    }

    private HashSet<string> Seen(string hash, TransferPart part, string? user)
    {
        _hashes[hash] = (part, user);
        return _seen.TryGetValue(hash, out var seen) ? seen : _seen[hash] = new HashSet<string>(StringComparer.Ordinal);
    }
}
