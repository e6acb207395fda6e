using System.Text;
using StackExchange.Redis;

namespace RedisChat.Redis;

/// <summary>Finds rooms and users with <c>SCAN</c>, on every primary. What is created meanwhile may be missing.</summary>
internal sealed class ScopeFinder(TransferCalls calls)
{
    private const int ScannedAtOnce = 2000;

    /// <summary>Finds what there is.</summary>
    /// <param name="rooms">The rooms to look at; empty for everything.</param>
    /// <param name="visit">Called for each key, with the scope and what follows its root: whether to keep it in <see cref="FoundScopes.Others"/>.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <exception cref="NotSupportedException">The application names the keys, so they do not say which rooms there are.</exception>
    public async Task<FoundScopes> FindAsync(IReadOnlyList<string> rooms, Func<string, string, bool>? visit, CancellationToken cancellationToken)
    {
        var found = new FoundScopes();
        if (rooms.Count == 0)
        {
            await ScanAsync(calls.Keys.Everything, null).ConfigureAwait(false);
        }

        foreach (var room in rooms)
        {
            found.Rooms.Add(room);
            if (!await ScanAsync(calls.Keys.BelowRoom(room), room).ConfigureAwait(false)
                && await calls.ReadAsync(database => database.HashLengthAsync(calls.Keys.Room(room), CommandFlags.DemandMaster), cancellationToken).ConfigureAwait(false) == 0)
            {
                found.Missing.Add(room);
            }
        }

        return found;

        async Task<bool> ScanAsync(string pattern, string? room)
        {
            var hasAny = false;
            await foreach (var key in KeysAsync(pattern, room is null ? null : calls.Keys.Room(room), cancellationToken).ConfigureAwait(false))
            {
                hasAny = true;
                if (room is null ? calls.Keys.TryReadKey(key, out var scope, out var suffix) : calls.Keys.TryReadKey(room, key, out scope, out suffix))
                {
                    Add(found, scope, suffix, visit);
                }
            }

            return hasAny;
        }
    }

    /// <summary>Finds the first of the rooms that exist, or of the users of whom something is stored, in the order of their ids. Each call searches all keys, and remembers no more ids than it returns.</summary>
    /// <param name="ofUsers">Whether to find users instead of rooms.</param>
    /// <param name="after">Only ids after this one; <see langword="null"/> for all.</param>
    /// <param name="limit">The most ids.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <inheritdoc cref="FindAsync" path="/exception"/>
    public async Task<IReadOnlyList<string>> FindFirstAsync(bool ofUsers, string? after, int limit, CancellationToken cancellationToken)
    {
        var first = new SortedSet<string>(StringComparer.Ordinal);
        await foreach (var key in KeysAsync(ofUsers ? calls.Keys.BelowUsers : calls.Keys.OwnHashes, null, cancellationToken).ConfigureAwait(false))
        {
            if (TryReadId(key, ofUsers, out var id)
                && (after is null || string.CompareOrdinal(id, after) > 0)
                && (first.Count < limit || string.CompareOrdinal(id, first.Max) < 0)
                && first.Add(id) && first.Count > limit)
            {
                first.Remove(first.Max!);
            }
        }

        return [.. first];
    }

    private bool TryReadId(string key, bool ofUsers, out string id)
    {
        id = "";
        if (calls.Keys.TryReadKey(key, out var scope, out var suffix))
        {
            id = UserScope.TryGetUser(scope, out var user) ? (ofUsers ? user : "")
                : !ofUsers && suffix.Length == 0 && !ThreadId.IsThread(scope) ? scope
                : "";
        }

        // Health checks use the room with the empty id, and notices of attachments the user with the empty id. What no operation accepts as an id is of another program.
        return id.Length > 0 && !id.Any(char.IsControl) && IsWellFormed(id) && Encoding.UTF8.GetByteCount(id) <= ChatLimits.MaxIdBytes;
    }

    private static void Add(FoundScopes found, string id, string suffix, Func<string, string, bool>? visit)
    {
        // Health checks use the room with the empty id. Halves of surrogate pairs cannot be written as JSON; no id has them.
        var scope = new TransferScope(id);
        if ((!scope.IsUser && scope.Root.Length == 0) || !IsWellFormed(id))
        {
            return;
        }

        if (visit is null && TransferParts.OfKey(scope, suffix) is null or { Kind: TransferKind.Passing })
        {
            return;
        }

        if (scope.IsUser)
        {
            found.Users.Add(id);
        }
        else
        {
            found.Rooms.Add(scope.Root);
        }

        if (scope.IsThread && (suffix.Length == 0 || visit is not null))
        {
            Of(found.Threads, scope.Root).Add(scope.Thread);
        }

        if (KeyNames.TryReadUser(suffix, "scheduled:", out var user))
        {
            Of(found.Scheduled, id).Add(user);
        }

        if (visit?.Invoke(id, suffix) == true)
        {
            Of(found.Others, id).Add(suffix);
        }
    }

    private static T Of<T>(Dictionary<string, T> found, string key)
        where T : new()
    {
        if (!found.TryGetValue(key, out var values))
        {
            found.Add(key, values = new T());
        }

        return values;
    }

    private static bool IsWellFormed(string id)
    {
        foreach (var rune in id.EnumerateRunes())
        {
            if (rune == Rune.ReplacementChar && !id.Contains('\ufffd', StringComparison.Ordinal))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>The keys that match a pattern. One may be returned twice.</summary>
    /// <param name="pattern">The pattern.</param>
    /// <param name="near">A key that is on the same primary as those that match; <see langword="null"/> to search every primary.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public async IAsyncEnumerable<string> KeysAsync(string pattern, string? near, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        IReadOnlyList<IServer>? servers = null;
        var (at, position) = (0, (ScanPosition?)null);
        do
        {
            var page = await calls.ReadAsync(ReadAsync, cancellationToken).ConfigureAwait(false);
            foreach (var key in page.Keys)
            {
                yield return key;
            }

            if (!position!.Continue(page.Next))
            {
                (at, position) = (at + 1, null);
            }
        }
        while (at < servers!.Count);

        async Task<ScanPage> ReadAsync(IDatabase database)
        {
            // After a failure, another server may have taken over, on a cluster for any of them.
            if (servers is null)
            {
                (servers, at, position) = (await ServersAsync(database, near).ConfigureAwait(false), 0, null);
            }

            var server = servers[at];
            position ??= new ScanPosition(calls, _ => [RedisSocket.Of(server)]);
            try
            {
                return await ScanPage.ReadAsync(server, database.Database, position.From, pattern, ScannedAtOnce).ConfigureAwait(false);
            }
            catch
            {
                servers = null;
                throw;
            }
        }
    }

    // Fails if a primary is not connected: without it, its rooms would be missing.
    private async Task<IReadOnlyList<IServer>> ServersAsync(IDatabase database, string? near)
    {
        await database.PingAsync(CommandFlags.DemandMaster).ConfigureAwait(false);
        var link = calls.Context.Connection.Current ?? throw RedisErrors.NotSent(null);
        return near is null ? await ClusterTopology.WithAllKeysAsync(link, calls.Keys.Room(""), calls.Context.Time).ConfigureAwait(false)
            : link.SocketsOf(near) is [{ Server: var primary }, ..] ? [primary]
            : throw RedisErrors.NotSent(null);
    }
}
