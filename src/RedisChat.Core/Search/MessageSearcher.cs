namespace RedisChat;

/// <summary>One search: asks the index, and shows of what it finds only messages that the user may read, as they are now.</summary>
internal sealed class MessageSearcher(IMessageStore store, IMessageIndex index, SearchedRooms searched, string? user, Func<string, CancellationToken, ValueTask<bool>>? mayRead)
{
    private static readonly ChatOperation Search = new(ChatOperations.Search, "The search failed");

    // A bound for searches whose hits are hidden from the user or stale, one after another. Hidden messages are not read, so many of them can be asked for at once.
    private const int MostExamined = 10_000;
    private const int MostAtOnce = 1000;
    private const int MostRead = 100;

    private readonly IMemberStore? _members = store.GetAbility<IMemberStore>();

    public Task<SearchPage> FindAsync(MessageSearch search, OperationRunner runner, CancellationToken cancellationToken) =>
        runner.RunAsync(
            Search, search.Rooms is [var room] ? room : null, (Searcher: this, Search: search),
            static (call, token) => call.Searcher.FindAsync(call.Search, token), cancellationToken).AsTask();

    private async ValueTask<SearchPage> FindAsync(MessageSearch search, CancellationToken cancellationToken)
    {
        // Asked again by each attempt.
        var readable = new Dictionary<string, bool>(StringComparer.Ordinal);
        var hits = new List<SearchHit>();
        var query = new IndexQuery { Text = search.Text, User = search.User, From = search.From, To = search.To, Before = SearchInput.ReadCursor(search.Cursor), Limit = search.Limit };
        if (search.Rooms is { } rooms)
        {
            await CheckAsync(rooms, readable, cancellationToken).ConfigureAwait(false);
            query = query with { Rooms = [.. rooms.Where(room => readable[ThreadId.RuledBy(room)]).Distinct(StringComparer.Ordinal)] };
            await searched.IncludeAsync(user is null ? [] : query.Rooms, cancellationToken).ConfigureAwait(false);
        }
        else if (user is not null)
        {
            await searched.IncludeAsync(await searched.ReadInboxAsync(user, cancellationToken).ConfigureAwait(false), cancellationToken).ConfigureAwait(false);
        }

        for (var examined = 0; query.Rooms is not []; query = query with { Limit = Math.Min(Math.Min(4 * query.Limit, MostAtOnce), MostExamined - examined) })
        {
            var found = await index.FindAsync(query, cancellationToken).ConfigureAwait(false);
            await CheckAsync(found.Select(hit => hit.Room), readable, cancellationToken).ConfigureAwait(false);
            foreach (var some in found.Where(hit => readable[ThreadId.RuledBy(hit.Room)]).Chunk(MostRead))
            {
                foreach (var (place, hit) in await ReadAsync(search, some, cancellationToken).ConfigureAwait(false))
                {
                    hits.Add(hit);
                    if (hits.Count == search.Limit)
                    {
                        // Whether there are more depends on what the user may not see, too.
                        return new SearchPage { Hits = hits, Cursor = SearchInput.WriteCursor(place) };
                    }
                }
            }

            if (found.Count < query.Limit)
            {
                break;
            }

            query = query with { Before = found[^1].Place };
            if ((examined += found.Count) >= MostExamined)
            {
                // Shows the time of a message that may be hidden, which the user could find out by limits of time, too: they decide whether a search ends here.
                return new SearchPage { Hits = hits, Cursor = SearchInput.WriteCursor(found[^1].Place) };
            }
        }

        return new SearchPage { Hits = hits };
    }

    /// <summary>Finds out for rooms that are not known yet whether the user may read them; for threads, the rooms that they belong to.</summary>
    private async ValueTask CheckAsync(IEnumerable<string> rooms, Dictionary<string, bool> readable, CancellationToken cancellationToken)
    {
        var unknown = rooms.Select(ThreadId.RuledBy).Where(room => !readable.ContainsKey(room)).Distinct(StringComparer.Ordinal).ToList();

        foreach (var some in unknown.Chunk(MostRead))
        {
            // Sent together: one round trip for each server.
            var answers = await Task.WhenAll(some.Select(room => MayReadAsync(room, cancellationToken))).ConfigureAwait(false);
            for (var i = 0; i < some.Length; i++)
            {
                readable.Add(some[i], answers[i]);
            }
        }
    }

    private async Task<bool> MayReadAsync(string room, CancellationToken cancellationToken)
    {
        if (mayRead is not null && !await mayRead(room, cancellationToken).ConfigureAwait(false))
        {
            return false;
        }

        if (user is null || _members is null)
        {
            return true;
        }

        var now = await _members.ReadMemberAsync(room, user, cancellationToken).ConfigureAwait(false);
        return MemberDecisions.HasRight(now, now.Acting, RoomRights.Read);
    }

    /// <summary>Reads messages, and leaves out those that no longer match.</summary>
    private async ValueTask<List<(long Place, SearchHit Hit)>> ReadAsync(MessageSearch search, IReadOnlyList<IndexHit> places, CancellationToken cancellationToken)
    {
        var messages = await Task.WhenAll(places.Select(hit => ReadAsync(hit, cancellationToken))).ConfigureAwait(false);
        var present = places.Zip(messages, (hit, message) => (Hit: hit, Message: message!)).Where(found => found.Message is not null && Matches(found.Message, search)).ToList();
        var highlights = await index.HighlightAsync(search.Text, [.. present.Select(found => found.Message.Text)], cancellationToken).ConfigureAwait(false);
        return
        [
            .. present.Zip(highlights, (found, ranges) => (found.Hit, found.Message, Ranges: ranges)).Where(found => found.Ranges.Count > 0).Select(found => (found.Hit.Place, new SearchHit
            {
                Room = found.Hit.Room,
                Message = found.Message,
                Highlights = found.Ranges,
                Snippet = SnippetCutter.Cut(found.Message.Text, found.Ranges),
            })),
        ];
    }

    private async Task<Message?> ReadAsync(IndexHit hit, CancellationToken cancellationToken)
    {
        try
        {
            return await store.GetAsync(hit.Room, hit.MessageId, cancellationToken).ConfigureAwait(false);
        }
        catch (ChatDataException)
        {
            // The stored value is not a message any more. Pages report it.
            return null;
        }
    }

    // The room may have been deleted and created again since it was indexed: the id is then that of another message.
    private static bool Matches(Message message, MessageSearch search) =>
        message.Writing != WritingState.InProgress
        && (search.User is null || message.User == search.User)
        && (search.From is null || message.Timestamp >= search.From)
        && (search.To is null || message.Timestamp < search.To);
}
