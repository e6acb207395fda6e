using StackExchange.Redis;

namespace RedisChat.Redis;

/// <summary>The answer of <c>message_change</c>: changed, with its revision; or not, because the field holds something else by then.</summary>
internal readonly record struct ChangeReply(bool IsChanged, long Revision, RedisValue Content, long LeastRevision)
{
    public static ChangeReply Read(RespResult answer)
    {
        var reader = answer.Read();
        reader.MoveNext();
        var isChanged = reader.ReadInt64() == 1;
        reader.MoveNext();
        if (isChanged)
        {
            return new ChangeReply(true, reader.ReadInt64(), RedisValue.Null, 0);
        }

        RedisValue content = reader.IsNull ? RedisValue.Null : reader.ReadByteArray();
        reader.MoveNext();
        return new ChangeReply(false, 0, content, reader.ReadInt64());
    }
}
