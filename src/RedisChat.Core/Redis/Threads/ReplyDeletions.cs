using StackExchange.Redis;

namespace RedisChat.Redis;

/// <summary>Reads the end of a thread, as it will be without the replies that are to be deleted.</summary>
internal sealed class ReplyDeletions(RedisStoreContext context) : IReplyDeletions
{
    private const int RepliesAtOnce = 64;

    // Further authors are found by the next replies.
    private const int MostReplies = 2000;

    public async ValueTask<ReplyDeletion?> BeginAsync(string room, IReadOnlyCollection<long> messageIds, CancellationToken cancellationToken)
    {
        if (!ThreadId.IsThread(room))
        {
            return null;
        }

        return await context.Calls.RunBeforeChangeAsync(
            (Deletions: this, Room: room, Ids: messageIds),
            static (database, call, token) => call.Deletions.ReadAsync(database, call.Room, call.Ids, token).UntilAsync(token), cancellationToken).ConfigureAwait(false);
    }

    private async Task<ReplyDeletion> ReadAsync(IDatabase database, string thread, IReadOnlyCollection<long> messageIds, CancellationToken cancellationToken)
    {
        // First, so that a reply which is deleted during the read is noticed by the number of deletions, and one that is sent by its id.
        var fields = await database.HashGetAsync(context.Keys.Room(thread), ["last", MessageEditor.DeletedField], CommandFlags.DemandMaster).ConfigureAwait(false);
        var last = StrictNumber.TryRead((string?)fields[0], out var number) ? number : 0;
        var left = new List<Message>(ThreadText.MostParticipants);
        using var replies = new BucketReader(new PrimaryReads(database), context.Keys, thread, context.SealAfter, cancellationToken) { Ciphers = context.Ciphers, Last = last };
        var gone = messageIds.ToHashSet();
        var (before, seen) = (last + 1, 0);
        while (before > 1 && left.Count < ThreadText.MostParticipants && seen < MostReplies + gone.Count)
        {
            var ids = new RoomIds(before - 1, last, context.Keys.Room(thread), "last");
            var found = await PageCollector.CollectAsync(ids.OlderAsync, replies.ReadAsync, RepliesAtOnce).ConfigureAwait(false);
            foreach (var reply in found.Where(reply => !gone.Contains(reply.Id)))
            {
                if (left.Count < ThreadText.MostParticipants && !left.Exists(other => other.User == reply.User))
                {
                    left.Add(reply);
                }
            }

            before = found.Count > 0 ? found[^1].Id : 0;
            seen += found.Count;
        }

        return new ReplyDeletion(context.Keys, thread, gone.Count, last, fields[1], left);
    }
}
