using StackExchange.Redis;

namespace RedisChat.Redis;

/// <summary>Finds mentions in the index that the scripts keep: see <see cref="MentionIndex"/>.</summary>
internal sealed class RedisMentions(RedisStoreContext context) : IMentionStore
{
    public ValueTask<MentionPage> ReadMentionsAsync(string room, string user, long? before, int limit, CancellationToken cancellationToken) =>
        context.Calls.RunAsync(
            (Mentions: this, Room: room, User: user, Before: before ?? 0, Limit: limit),
            static (database, call, token) => call.Mentions.ReadAsync(database, call.Room, call.User, call.Before, call.Limit, token), cancellationToken);

    private async ValueTask<MentionPage> ReadAsync(IDatabase database, string room, string user, long before, int limit, CancellationToken cancellationToken)
    {
        List<long> ids;
        long last;
        using (var answer = await MentionsCall.RunAsync(database, context.Keys, room, user, before, limit + 1).AsTask().UntilAsync(cancellationToken).ConfigureAwait(false))
        {
            ids = MentionsCall.Read(answer, out last);
        }

        if (ids.Count == 0)
        {
            return new MentionPage { Messages = [] };
        }

        long? next = ids.Count > limit ? ids[limit - 1] : null;
        if (next is not null)
        {
            ids.RemoveAt(limit);
        }

        using var messages = new BucketReader(new PrimaryReads(database), context.Keys, room, context.SealAfter, cancellationToken) { Ciphers = context.Ciphers, Last = last, Expired = context.Expired, Cold = context.Cold };
        await messages.UseArchiveAsync(isArchived: true).ConfigureAwait(false);
        var found = new List<Message>(ids.Count);
        await messages.ReadAsync(ids, found, int.MaxValue).UntilAsync(cancellationToken).ConfigureAwait(false);
        return new MentionPage { Messages = found, Before = next };
    }
}
