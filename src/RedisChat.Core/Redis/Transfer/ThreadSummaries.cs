using System.Globalization;
using System.Text;

namespace RedisChat.Redis;

/// <summary>Derives the summary of a thread from its messages.</summary>
internal static class ThreadSummaries
{
    /// <summary>The summary of a thread; <see langword="null"/> if the thread changed meanwhile, or some of it cannot be read.</summary>
    /// <param name="calls">Runs the calls.</param>
    /// <param name="room">The room.</param>
    /// <param name="id">The message of the thread.</param>
    /// <param name="revision">The revision that the summary gets.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public static async Task<(string Value, (long Count, long Last) Summary)?> ReadAsync(TransferCalls calls, string room, long id, long revision, CancellationToken cancellationToken)
    {
        var thread = TransferScope.Of(isUser: false, room, id).Id;
        var state = await StateAsync().ConfigureAwait(false);
        var (users, lines, newest) = (new HashSet<string>(StringComparer.Ordinal), new StringBuilder(), (Id: 0L, Time: 0L));
        var indexes = new MessageIndexes(calls.Keys, thread);
        for (var bucket = Buckets.Of(state.Last); bucket >= 0 && users.Count < ThreadText.MostParticipants && state.Exists; bucket--)
        {
            var number = bucket;
            var read = await calls.ReadAsync(database => ReadBucket.ReadAsync(calls.Context, database, thread, [number], "", cancellationToken), cancellationToken).ConfigureAwait(false);
            if (read[0].Unreadable is not null)
            {
                return null;
            }

            foreach (var (reply, value) in read[0].Messages.Reverse())
            {
                if (reply > state.Last)
                {
                    continue;
                }

                if (indexes.TryRead(reply, value.Span) is not { } message)
                {
                    return null;
                }

                newest = newest.Id == 0 ? (reply, Micros.FromTime(message.Timestamp)) : newest;
                if (users.Count < ThreadText.MostParticipants && users.Add(message.User))
                {
                    lines.Append(CultureInfo.InvariantCulture, $"\n{reply} {message.User}");
                }
            }
        }

        var count = state.Last - state.Number("deleted");
        return (await StateAsync().ConfigureAwait(false)).Position == state.Position
            ? (string.Create(CultureInfo.InvariantCulture, $"{revision} {count} {newest.Id} {newest.Time}{lines}"), (count, newest.Id))
            : null;

        Task<ScopeState> StateAsync() => calls.ReadAsync(database => ScopeState.ReadAsync(database, calls.Keys.Room(thread)), cancellationToken);
    }
}
