using StackExchange.Redis;

namespace RedisChat.Redis;

/// <summary>Checks that everything that is stored of a room or a thread is consistent.</summary>
/// <param name="calls">Runs the calls.</param>
/// <param name="scope">The room.</param>
/// <param name="suffixes">What follows the root in the keys that a search has found.</param>
internal sealed partial class RoomCheck(TransferCalls calls, TransferScope scope, IReadOnlyCollection<string> suffixes)
{
    private const int FieldsAtOnce = 500;

    private static readonly string[] WithoutRoom = ["attachments", "key", "rates", "here", "here:users", "here:processes", "read"];

    // What does not hold if there are messages that were not seen, and what does not if some of them cannot be read.
    private static readonly string[] OfAllMessages = ["orphan", "thread", "count", "list", "mentions", "expires", "gone", "marker"];
    private static readonly string[] OfReadMessages = ["list", "mentions", "expires"];

    private readonly KeyNames _keys = calls.Keys;
    private readonly RoomProblems _problems = new();
    private readonly MessageIndexes _indexes = new(calls.Keys, scope.Id);
    private readonly HashSet<string> _broken = new(StringComparer.Ordinal);

    /// <summary>Checks the room as it is now.</summary>
    /// <param name="checkedSome">Called with the number of facts that were read.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <returns>What is wrong; <see langword="null"/> if the room changed meanwhile, so nobody knows.</returns>
    public async Task<RoomCheckResult?> RunAsync(Action<long> checkedSome, CancellationToken cancellationToken)
    {
        var state = await StateAsync(cancellationToken).ConfigureAwait(false);
        if (!state.Exists)
        {
            await CheckWithoutRoomAsync(state, cancellationToken).ConfigureAwait(false);
            return (await StateAsync(cancellationToken).ConfigureAwait(false)).Epoch == state.Epoch ? new RoomCheckResult(state, null, _problems, _broken) : null;
        }

        CheckState(state);
        var messages = new RoomMessages(calls, scope, state, _indexes);
        var highest = suffixes.Select(BucketOf).DefaultIfEmpty(0).Max();
        await messages.ReadAsync(Math.Min(highest, Buckets.Of(state.Last) + 1000), _problems, checkedSome, cancellationToken).ConfigureAwait(false);
        if (!messages.IsIncomplete)
        {
            CheckCounts(state, messages);
            await CheckListsAsync(state, messages, cancellationToken).ConfigureAwait(false);
            await CheckSetsAsync(messages, cancellationToken).ConfigureAwait(false);
            await CheckGoneAsync(state, messages, cancellationToken).ConfigureAwait(false);
            await CheckByMessageAsync(messages, cancellationToken).ConfigureAwait(false);
            await CheckThreadsAsync(messages, cancellationToken).ConfigureAwait(false);
        }

        await CheckMembersAsync(state, cancellationToken).ConfigureAwait(false);
        await CheckMarkersAsync(state, cancellationToken).ConfigureAwait(false);
        await CheckLogAsync(state, cancellationToken).ConfigureAwait(false);
        CheckLetters(state, messages);
        KeepUnknown(messages);
        foreach (var suffix in await PresentAsync(suffixes.Where(suffix => TransferParts.OfKey(scope, suffix) is null), cancellationToken).ConfigureAwait(false))
        {
            _problems.Add(new RoomProblem("unknown", $"The chat does not use keys with the end '{suffix}'."));
        }

        var now = await StateAsync(cancellationToken).ConfigureAwait(false);
        return now.Position == state.Position && now.ArchivedBelow == state.ArchivedBelow ? new RoomCheckResult(state, messages, _problems, _broken) : null;
    }

    /// <summary>Leaves what would follow from messages that are there, but were not read: a repair would remove what belongs to them.</summary>
    private void KeepUnknown(RoomMessages messages)
    {
        var kept = messages.IsPartial ? OfAllMessages : messages.HasUnreadable ? OfReadMessages : [];
        _problems.Leave(kept);
        if (kept.Length > 0)
        {
            _broken.Clear();
        }
    }

    private static long BucketOf(string suffix) => suffix is ['m' or 'r' or 'v', ':', .. var number] && StrictNumber.TryRead(number, out var bucket) ? bucket : 0;

    private async Task CheckWithoutRoomAsync(ScopeState state, CancellationToken cancellationToken)
    {
        if (state.IsClosed)
        {
            _problems.Add(ClassicMark.IsOf(state.Text(ImportMark.Field))
                ? new RoomProblem("unfinished", "The migration of the room was not completed. Run its last pass, or delete the room.")
                : state.Has(ImportMark.Field)
                ? new RoomProblem("unfinished", "The import of the room was not completed. Repeat the import, or delete the room.")
                : new RoomProblem("unfinished", "The deletion of the room was not completed. Delete the room again."));
            return;
        }

        if (state.Has("epoch") || state.Has("last"))
        {
            _problems.Add(new RoomProblem("field", "The fields epoch and last are not those of a room."));
        }

        var orphans = suffixes.Where(suffix => suffix.Length > 0 && !WithoutRoom.Contains(suffix) && !suffix.StartsWith("scheduled:", StringComparison.Ordinal) && !suffix.StartsWith("sent:", StringComparison.Ordinal));
        foreach (var suffix in await PresentAsync(orphans, cancellationToken).ConfigureAwait(false))
        {
            _problems.Add(new RoomProblem("orphan", $"There is a key with the end '{suffix}', but no room. If the room is created again, it would be part of it."));
        }
    }

    /// <summary>Those of the keys that are still there: since they were found, the room or a thread may have been deleted.</summary>
    private async Task<List<string>> PresentAsync(IEnumerable<string> some, CancellationToken cancellationToken)
    {
        var present = new List<string>();
        foreach (var asked in some.Chunk(FieldsAtOnce))
        {
            var exists = await calls.ReadAsync(
                database => Task.WhenAll(asked.Select(suffix => database.KeyExistsAsync(_keys.Key(scope.Id, suffix), CommandFlags.DemandMaster))), cancellationToken).ConfigureAwait(false);
            present.AddRange(asked.Where((_, i) => exists[i]));
        }

        return present;
    }

    private void CheckState(ScopeState state)
    {
        foreach (var field in new[] { "last", "at", "rev", "deleted", "first", "life", "members", "owners", "sealed" })
        {
            if (state.Has(field) && !StrictNumber.TryRead(state.Bytes(field), out _))
            {
                _problems.Add(new RoomProblem("field", $"The field {field} is not a number."));
            }
        }

        if (!state.Has("last"))
        {
            _problems.Add(new RoomProblem("field", "The field last is missing."));
        }

        if (state.Has(AboutJson.Field) && !AboutJson.TryRead(state.Bytes(AboutJson.Field), out _, out _))
        {
            _problems.Add(new RoomProblem("field", "The field about does not hold settings."));
        }

        if (state.Has(RuleText.Field) && !RuleText.TryRead(state.Text(RuleText.Field), out _, out _))
        {
            _problems.Add(new RoomProblem("field", "The field rules does not hold rules."));
        }
    }

    private void CheckCounts(ScopeState state, RoomMessages messages)
    {
        var deleted = state.Last - messages.Count;
        if (deleted >= 0 && state.Number("deleted") != deleted && (state.Has("deleted") || deleted != 0))
        {
            _problems.Add(new RoomProblem("count", $"The field deleted is {state.Number("deleted")}, and {deleted} of {state.Last} messages are missing.", batch => batch.Set(_keys.Room(scope.Id), "deleted", deleted)));
        }
    }

    private async Task CheckListsAsync(ScopeState state, RoomMessages messages, CancellationToken cancellationToken)
    {
        var users = messages.Lists.Keys.Union(suffixes.Select(suffix => KeyNames.TryReadUser(suffix, "u:", out var user) ? user : null).OfType<string>(), StringComparer.Ordinal);
        foreach (var user in users)
        {
            var key = _keys.Author(scope.Id, user);
            var (digest, isRight) = await AuthorList.ReadAsync(calls, key, messages, state, cancellationToken).ConfigureAwait(false);
            if (!isRight || digest != messages.Lists.GetValueOrDefault(user))
            {
                _broken.Add(key);
                _problems.Add(new RoomProblem("list", $"The list of the messages of user {user} is not that of the messages.", static _ => { }));
            }
        }
    }

    private async Task CheckSetsAsync(RoomMessages messages, CancellationToken cancellationToken)
    {
        var keys = messages.Sets.Keys
            .Union(suffixes.Select(suffix => KeyNames.TryReadUser(suffix, "mentions:", out var user) ? _keys.MentionsOf(scope.Id, user) : null).OfType<string>(), StringComparer.Ordinal)
            .Union([_keys.Mentions(scope.Id), _keys.Expires(scope.Id)], StringComparer.Ordinal);
        foreach (var key in keys)
        {
            var digest = default(KeyDigest);
            var seen = new HashSet<RedisValue>();
            await foreach (var entry in calls.MembersAsync(key, cancellationToken).ConfigureAwait(false))
            {
                // A scan may return a member twice.
                if (seen.Add(entry.Element))
                {
                    digest.Add(entry.Element, entry.Score);
                }
            }

            if (digest != messages.Sets.GetValueOrDefault(key))
            {
                _broken.Add(key);
                var what = key == _keys.Expires(scope.Id) ? "expires" : "mentions";
                _problems.Add(new RoomProblem(what, what == "expires" ? "The index of messages that expire is not that of the messages." : "An index of mentions is not that of the messages.", static _ => { }));
            }
        }
    }

    private async Task CheckGoneAsync(ScopeState state, RoomMessages messages, CancellationToken cancellationToken)
    {
        var bits = (byte[]?)await calls.ReadAsync(database => database.StringGetAsync(_keys.Gone(scope.Id), CommandFlags.DemandMaster), cancellationToken).ConfigureAwait(false) ?? [];
        for (var bucket = 0L; bucket < bits.LongLength * 8; bucket++)
        {
            if ((bits[bucket / 8] & (0x80 >> (int)(bucket % 8))) != 0 && (messages.HasAny(bucket) || bucket >= Buckets.Of(state.Last)))
            {
                var number = bucket;
                _problems.Add(new RoomProblem("gone", $"The bit of bucket {bucket} says that deletions have left it empty, and it is not.", batch => batch.ClearBit(_keys.Gone(scope.Id), number)));
            }
        }
    }

    private async Task CheckLogAsync(ScopeState state, CancellationToken cancellationToken)
    {
        var (last, count) = (-1L, 0L);
        for (long from = 0; ;)
        {
            var entries = await calls.ReadAsync(
                database => database.SortedSetRangeByScoreWithScoresAsync(_keys.Changed(scope.Id), from, take: FieldsAtOnce, flags: CommandFlags.DemandMaster), cancellationToken).ConfigureAwait(false);
            foreach (var entry in entries)
            {
                if (ScopeReads.RevisionOf(entry.Element!) != (long)entry.Score)
                {
                    _problems.Add(new RoomProblem("log", $"An entry of the change log has the score {(long)entry.Score}, which is not its revision."));
                }

                last = Math.Max(last, (long)entry.Score);
            }

            count += entries.Length;
            if (entries.Length < FieldsAtOnce)
            {
                break;
            }

            from = (long)entries[^1].Score + 1;
        }

        if (state.Revision > 0 && last != state.Revision)
        {
            _problems.Add(new RoomProblem("log", count == 0
                ? "The change log is missing. Readers report a gap and load the room again."
                : $"The last entry of the change log is {last}, and the room's revision is {state.Revision}."));
        }
    }

    // What a room uses without the letter, readers do not read.
    private void CheckLetters(ScopeState state, RoomMessages messages)
    {
        var uses = state.Uses;
        var missing = new string([.. messages.Letter.Where(letter => !uses.Contains(letter, StringComparison.Ordinal)).Order()]);
        if (missing.Length > 0)
        {
            _problems.Add(new RoomProblem("uses", $"The field uses lacks '{missing}', so readers do not read these features.", batch => batch.Set(_keys.Room(scope.Id), "uses", uses + missing)));
        }
    }

    private Task<ScopeState> StateAsync(CancellationToken cancellationToken) => calls.ReadAsync(database => ScopeState.ReadAsync(database, _keys.Room(scope.Id)), cancellationToken);
}

/// <summary>The result of a check.</summary>
/// <param name="State">The room as it was checked.</param>
/// <param name="Messages">Its messages; <see langword="null"/> if there is no room.</param>
/// <param name="Problems">What is wrong.</param>
/// <param name="Broken">The lists and sorted sets that must be built again.</param>
internal sealed record RoomCheckResult(ScopeState State, RoomMessages? Messages, RoomProblems Problems, HashSet<string> Broken);
