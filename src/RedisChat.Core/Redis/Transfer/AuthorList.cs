using StackExchange.Redis;

namespace RedisChat.Redis;

/// <summary>Reads the list of the ids of a user's messages, piece by piece.</summary>
internal static class AuthorList
{
    private const int PieceLength = 64 * 1024;

    /// <summary>Reads a list.</summary>
    /// <param name="calls">Runs the calls.</param>
    /// <param name="key">The key.</param>
    /// <param name="messages">The messages of the room.</param>
    /// <param name="state">The room.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <returns>The ids that exist, and whether the list is one: ascending numbers up to the last message.</returns>
    public static async Task<(ListDigest Digest, bool IsRight)> ReadAsync(TransferCalls calls, string key, RoomMessages messages, ScopeState state, CancellationToken cancellationToken)
    {
        var (digest, last, rest) = (default(ListDigest), 0L, "");
        for (long start = 0; ; start += PieceLength)
        {
            var from = start;
            var piece = (string?)await calls.ReadAsync(
                database => database.StringGetRangeAsync(key, from, from + PieceLength - 1, CommandFlags.DemandMaster), cancellationToken).ConfigureAwait(false) ?? "";
            if (piece.Length == 0)
            {
                return (digest, rest.Length == 0);
            }

            var ids = (rest + piece).Split(',');
            rest = ids[^1];
            foreach (var text in ids.AsSpan(0, ids.Length - 1))
            {
                if (!StrictNumber.TryRead(text, out var id) || id <= last || id > state.Last)
                {
                    return (digest, false);
                }

                last = id;
                if (id >= messages.FirstListed && messages.Has(id))
                {
                    digest.Add(id);
                }
            }

            if (piece.Length < PieceLength)
            {
                return (digest, rest.Length == 0);
            }
        }
    }
}
