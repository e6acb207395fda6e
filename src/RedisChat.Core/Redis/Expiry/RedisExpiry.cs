using StackExchange.Redis;

namespace RedisChat.Redis;

/// <summary>Finds expired messages in the sorted set that the step of their send adds them to.</summary>
internal sealed class RedisExpiry(RedisStoreContext context) : IExpiryStore
{
    private static readonly RedisScript Read = new("expired_read.lua");

    public ValueTask<ExpiredMessages> ReadExpiredAsync(string room, int atMost, CancellationToken cancellationToken) => context.Calls.RunAsync(
        (context.Keys, Room: room, AtMost: atMost),
        static async (database, call, token) =>
        {
            var reply = await Read.AskAsync(
                database, 2, [(RedisKey)call.Keys.Room(call.Room), (RedisKey)call.Keys.Expires(call.Room), (RedisValue)call.AtMost], token).ConfigureAwait(false);
            return new ExpiredMessages
            {
                Ids = [.. reply.Skip(2).Select(id => StrictNumber.TryRead(((ReadOnlyMemory<byte>)id).Span, out var number) ? number : throw Unreadable(call.Keys, call.Room))],
                Default = Span(reply[0]),
                Next = Span(reply[1]),
            };
        },
        cancellationToken);

    public async ValueTask ForgetExpiredAsync(string room, IReadOnlyList<long> ids, CancellationToken cancellationToken) => await context.Calls.RunAsync(
        (Key: context.Keys.Expires(room), Ids: ids),
        static async (database, call, token) => await database.SortedSetRemoveAsync(call.Key, [.. call.Ids.Select(id => (RedisValue)id)], CommandFlags.DemandMaster)
            .UntilAsync(token).ConfigureAwait(false),
        cancellationToken, writes: true).ConfigureAwait(false);

    private static TimeSpan? Span(RedisValue micros) => micros == "-" ? null : TimeSpan.FromMicroseconds((long)micros);

    private static ChatDataException Unreadable(KeyNames keys, string room) =>
        new($"The sorted set '{keys.Expires(room)}' holds something else than ids of messages. Another program may be using the same key prefix.")
        {
            Key = keys.Expires(room),
        };
}
