using System.Runtime.CompilerServices;
using StackExchange.Redis;

namespace RedisChat.Redis;

/// <summary>
/// The commands that read pages, all on one server: of several replicas one may be behind the other, and a page put together from both would
/// lack what its position promises.
/// </summary>
internal abstract class RoomReads
{
    public abstract bool IsPrimary { get; }

    /// <summary>Asks for fields of a hash. Is on its way when this returns.</summary>
    /// <param name="keyAndFields">The key, and then the fields. Not to be changed until the answer is there.</param>
    public abstract ValueTask<HashValues> HashGetAsync(ReadOnlyMemory<RedisKeyOrValue> keyAndFields);

    public abstract Task<long> StringLengthAsync(RedisKey key);

    public abstract Task<RedisValue> StringGetRangeAsync(RedisKey key, long start, long end);
}

/// <summary>On the primary of the key.</summary>
internal sealed class PrimaryReads(IDatabase database) : RoomReads
{
    public override bool IsPrimary => true;

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public override async ValueTask<HashValues> HashGetAsync(ReadOnlyMemory<RedisKeyOrValue> keyAndFields) =>
        new(await database.ExecuteRespAsync("HMGET", keyAndFields, CommandFlags.DemandMaster).ConfigureAwait(false));

    public override Task<long> StringLengthAsync(RedisKey key) => database.StringLengthAsync(key, CommandFlags.DemandMaster);

    public override Task<RedisValue> StringGetRangeAsync(RedisKey key, long start, long end) =>
        database.StringGetRangeAsync(key, start, end, CommandFlags.DemandMaster);
}

/// <summary>On one replica.</summary>
internal sealed class ReplicaReads(IServer replica, int database) : RoomReads
{
    public override bool IsPrimary => false;

    public override async ValueTask<HashValues> HashGetAsync(ReadOnlyMemory<RedisKeyOrValue> keyAndFields)
    {
        var arguments = new object[keyAndFields.Length];
        for (var i = 0; i < arguments.Length; i++)
        {
            var word = keyAndFields.Span[i];
            arguments[i] = word.IsKey ? word.Key : word.Value;
        }

        return new((RedisValue[])(await ExecuteAsync("HMGET", arguments).ConfigureAwait(false))!);
    }

    public override async Task<long> StringLengthAsync(RedisKey key) => (long)await ExecuteAsync("STRLEN", [key]).ConfigureAwait(false);

    public override async Task<RedisValue> StringGetRangeAsync(RedisKey key, long start, long end) =>
        (RedisValue)await ExecuteAsync("GETRANGE", [key, start, end]).ConfigureAwait(false);

    private Task<RedisResult> ExecuteAsync(string command, object[] arguments) => replica.ExecuteAsync(database, command, arguments);
}
