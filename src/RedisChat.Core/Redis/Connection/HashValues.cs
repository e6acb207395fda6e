using StackExchange.Redis;

namespace RedisChat.Redis;

/// <summary>The raw values of some hash fields, in the order of the request. Dispose it after reading.</summary>
internal readonly struct HashValues : IDisposable
{
    private readonly RespResult? _reply;
    private readonly RedisValue[]? _values;

    private HashValues(RespResult? reply, RedisValue[]? values)
    {
        _reply = reply;
        _values = values;
    }

    /// <summary>The values in a completed answer of <see cref="RoomReads.HashGetAsync"/>.</summary>
    public static HashValues Of(Task answer) =>
        answer is Task<RespResult> reply ? new(reply.GetAwaiter().GetResult(), null) : new(null, (RedisValue[])((Task<RedisResult>)answer).GetAwaiter().GetResult()!);

    public Reader Read() => new(_reply, _values);

    public void Dispose() => _reply?.Dispose();

    /// <summary>Iterates over the values.</summary>
    public ref struct Reader
    {
        private readonly RedisValue[]? _values;
        private RESPite.Messages.RespReader _reply;
        private int _next;
        private readonly int _count;

        public Reader(RespResult? reply, RedisValue[]? values)
        {
            _values = values;
            if (reply is not null)
            {
                _reply = reply.Read();
                _count = _reply.AggregateLength();
            }
            else
            {
                _count = values?.Length ?? 0;
            }
        }

        /// <summary>Moves to the next value; <see langword="false"/> if the hash has no such field.</summary>
        public bool TryNext(out ReadOnlySpan<byte> value)
        {
            value = default;
            if (_next++ >= _count)
            {
                return false;
            }

            if (_values is not null)
            {
                value = ((ReadOnlyMemory<byte>)_values[_next - 1]).Span;
                return !_values[_next - 1].IsNull;
            }

            _reply.MoveNext();
            if (_reply.IsNull)
            {
                return false;
            }

            value = _reply.ReadSpan();
            return true;
        }
    }
}
