using StackExchange.Redis;

namespace RedisChat.Redis;

/// <summary>
/// Goes on where <c>user_room_read</c> ends: below the buckets that the script looked at, in sealed ones, and where many messages were deleted or are the
/// user's own.
/// </summary>
/// <remarks>
/// <para>
/// It reads later than the script, but the result still was true at some moment in between: what is older than the script's part can only become
/// less, by one message at a time, just as the script's part can.
/// </para>
/// <para>
/// Ids that are in the list of the user's messages are not read. Like a page, it gives up after <see cref="RoomIds.MostIds"/> ids without enough messages.
/// </para>
/// </remarks>
internal sealed class OlderUnread(RoomReads reads, RedisStoreContext context, string room, CancellationToken cancellationToken)
{
    // The first run is one bucket, as a rule; where that is not enough, runs grow up to this many ids per round trip.
    private const int LongestRun = 2048;

    /// <summary>Counts the unread messages below the script's part, and finds the newest message if that is there.</summary>
    /// <param name="user">The user.</param>
    /// <param name="reply">The script's answer.</param>
    /// <param name="read">The last message that the user has read.</param>
    /// <returns>The number of unread messages including the script's, exact as far as it matters; and the newest message.</returns>
    public async Task<(int Found, Message? Newest)> ReadAsync(string user, UserRoomReply reply, long read)
    {
        var (found, newest) = (reply.Found, default(Message));
        var (needsNewest, next) = (reply.Newest == 0, reply.Lowest - 1);
        using var messages = new BucketReader(reads, context.Keys, room, context.SealAfter, cancellationToken) { Ciphers = context.Ciphers, Last = reply.Position.MessageId, Expired = context.Expired, Cold = context.Cold };
        await messages.UseArchiveAsync(ArchivedField.IsIn(reply.Uses)).ConfigureAwait(false);
        var first = await HistoryStart.ReadAsync(reads, context.Keys, room, reply.Uses).ConfigureAwait(false);
        var ids = new RoomIds(next, reply.Position.MessageId, context.Keys.Room(room), "last", first, new GoneBuckets(reads, context.Keys, room));
        var own = new OwnIds(reads, context.Keys.Author(room, user), next, reply.Position.MessageId, cancellationToken);
        for (var run = Buckets.Size; ; run = Math.Min(run * 2, LongestRun))
        {
            var counts = found <= ChatLimits.MaxUnread && next > read;
            if (next < first || !(counts || needsNewest))
            {
                return (found, newest);
            }

            var candidates = new List<long>(run);
            var some = await ids.OlderAsync(run).ConfigureAwait(false);
            next = some.Count == 0 ? 0 : next;
            foreach (var id in some)
            {
                if (needsNewest || (id > read && !await own.ContainsAsync(id).ConfigureAwait(false)))
                {
                    candidates.Add(id);
                }

                next = id - 1;
            }

            var existing = new List<Message>();
            await messages.ReadAsync(candidates, existing, candidates.Count).ConfigureAwait(false);
            if (needsNewest && existing.Count > 0)
            {
                (newest, needsNewest) = (existing[0], false);
            }

            found += existing.Count(message => message.Id > read && message.User != user);

            // As the script does: whatever is in an open bucket counts, because it cannot look at the values.
            foreach (var id in candidates)
            {
                found += id > read && messages.IsUnreadable(id) && IsOpen(messages, id) && !await own.ContainsAsync(id).ConfigureAwait(false) ? 1 : 0;
            }
        }
    }

    private bool IsOpen(BucketReader messages, long id) =>
        messages.Unreadable.Any(value => value.Id == id && value.Key != context.Keys.Sealed(room));

    /// <summary>The ids of the user's messages, asked for in descending order.</summary>
    private sealed class OwnIds(RoomReads reads, RedisKey list, long pivot, long last, CancellationToken cancellationToken)
    {
        private const int Run = 512;

        private IIdSource? _source;
        private IReadOnlyList<long> _ids = [];
        private int _at;

        public async ValueTask<bool> ContainsAsync(long id)
        {
            while (true)
            {
                while (_at < _ids.Count && _ids[_at] > id)
                {
                    _at++;
                }

                if (_at < _ids.Count)
                {
                    return _ids[_at] == id;
                }

                if (_source is null)
                {
                    var index = await AuthorIndex.OpenAsync(reads, list, Run, cancellationToken).ConfigureAwait(false);
                    _source = await index.SplitAtAsync(pivot, last).ConfigureAwait(false);
                }
                else if (_ids.Count == 0)
                {
                    return false;
                }

                (_ids, _at) = (await _source.OlderAsync(Run).ConfigureAwait(false), 0);
                if (_ids.Count == 0)
                {
                    return false;
                }
            }
        }
    }
}
