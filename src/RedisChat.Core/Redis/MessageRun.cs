using StackExchange.Redis;

namespace RedisChat.Redis;

/// <summary>The stored values of consecutive ids, from <see cref="From"/> on; no value where there is no message.</summary>
internal readonly record struct MessageRun(long From, RedisValue[] Values)
{
    public static MessageRun None => new(1, []);

    public bool TryGet(long id, out RedisValue value)
    {
        var offset = id - From;
        if (offset < 0 || offset >= Values.Length)
        {
            value = default;
            return false;
        }

        value = Values[offset];
        return true;
    }
}
