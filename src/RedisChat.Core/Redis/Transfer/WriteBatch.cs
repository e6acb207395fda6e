using System.Text;
using StackExchange.Redis;

namespace RedisChat.Redis;

/// <summary>What one step of an import writes. Of several writes to the same field the last one counts.</summary>
internal sealed class WriteBatch
{
    private const int ArgumentsAtOnce = 1000;

    private readonly Dictionary<string, Dictionary<RedisValue, RedisValue>> _fields = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Dictionary<RedisValue, double?>> _members = new(StringComparer.Ordinal);
    private readonly Dictionary<string, StringBuilder> _appended = new(StringComparer.Ordinal);
    private readonly List<(string Key, long Offset, bool Bit)> _bits = [];
    private readonly List<string> _removed = [];

    /// <summary>The number of writes.</summary>
    public int Count { get; private set; }

    /// <summary>About how many bytes they have.</summary>
    public long Bytes { get; private set; }

    public void Set(string key, RedisValue field, RedisValue value) => Field(key, field, value);

    public void Delete(string key, RedisValue field) => Field(key, field, RedisValue.Null);

    public void Enter(string key, RedisValue member, double score) => Member(key, member, score);

    public void Leave(string key, RedisValue member) => Member(key, member, null);

    public void Append(string key, string text)
    {
        if (!_appended.TryGetValue(key, out var appended))
        {
            _appended.Add(key, appended = new StringBuilder());
        }

        appended.Append(text);
        Added(text.Length);
    }

    public void SetBit(string key, long offset) => Bit(key, offset, true);

    public void ClearBit(string key, long offset) => Bit(key, offset, false);

    /// <summary>Removes a key, before anything else is written to it.</summary>
    public void Remove(string key)
    {
        _removed.Add(key);
        Added(key.Length);
    }

    /// <summary>Adds the writes to a transaction.</summary>
    public void AddTo(ITransaction transaction)
    {
        foreach (var key in _removed)
        {
            transaction.KeyDeleteAsync(key).Observe();
        }

        foreach (var (key, fields) in _fields)
        {
            foreach (var some in fields.Where(field => field.Value.IsNull).Select(field => field.Key).Chunk(ArgumentsAtOnce))
            {
                transaction.HashDeleteAsync(key, some).Observe();
            }

            foreach (var some in fields.Where(field => !field.Value.IsNull).Select(field => new HashEntry(field.Key, field.Value)).Chunk(ArgumentsAtOnce))
            {
                transaction.HashSetAsync(key, some).Observe();
            }
        }

        foreach (var (key, members) in _members)
        {
            foreach (var some in members.Where(member => member.Value is null).Select(member => member.Key).Chunk(ArgumentsAtOnce))
            {
                transaction.SortedSetRemoveAsync(key, some).Observe();
            }

            foreach (var some in members.Where(member => member.Value is not null).Select(member => new SortedSetEntry(member.Key, member.Value!.Value)).Chunk(ArgumentsAtOnce))
            {
                transaction.SortedSetAddAsync(key, some).Observe();
            }
        }

        foreach (var (key, appended) in _appended)
        {
            transaction.StringAppendAsync(key, appended.ToString()).Observe();
        }

        foreach (var (key, offset, bit) in _bits)
        {
            transaction.StringSetBitAsync(key, offset, bit).Observe();
        }
    }

    public void Clear()
    {
        _fields.Clear();
        _members.Clear();
        _appended.Clear();
        _bits.Clear();
        _removed.Clear();
        (Count, Bytes) = (0, 0);
    }

    private void Bit(string key, long offset, bool bit)
    {
        _bits.Add((key, offset, bit));
        Added(8);
    }

    private void Field(string key, RedisValue field, RedisValue value)
    {
        if (!_fields.TryGetValue(key, out var fields))
        {
            _fields.Add(key, fields = []);
        }

        fields[field] = value;
        Added(field.Length() + value.Length());
    }

    private void Member(string key, RedisValue member, double? score)
    {
        if (!_members.TryGetValue(key, out var members))
        {
            _members.Add(key, members = []);
        }

        members[member] = score;
        Added(member.Length());
    }

    private void Added(long bytes)
    {
        Count++;
        Bytes += bytes;
    }
}
