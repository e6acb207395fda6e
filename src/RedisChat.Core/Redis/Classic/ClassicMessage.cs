using StackExchange.Redis;

namespace RedisChat.Redis;

/// <summary>A message as it is stored in the classic layout, where another program may have written any timestamp.</summary>
internal sealed record ClassicMessage(long Id, string User, RedisValue Content, RedisValue Timestamp)
{
    /// <summary>The message; <see langword="null"/> if its timestamp is not a number of seconds since 1970.</summary>
    public Message? TryRead() =>
        !Timestamp.IsNull && Timestamp.TryParse(out long seconds) && seconds >= 0 && seconds <= DateTimeOffset.MaxValue.ToUnixTimeSeconds()
            ? At(DateTimeOffset.FromUnixTimeSeconds(seconds))
            : null;

    /// <summary>The message, with a given time instead of its own.</summary>
    public Message At(DateTimeOffset time) => new() { Id = Id, User = User, Text = Content!, Timestamp = time };
}
