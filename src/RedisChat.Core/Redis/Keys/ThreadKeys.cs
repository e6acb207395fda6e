using System.Text;
using StackExchange.Redis;

namespace RedisChat.Redis;

/// <summary>The keys of the room that a thread belongs to, as far as a send to the thread needs them, created once in their wire encoding.</summary>
internal sealed class ThreadKeys
{
    private ThreadKeys(KeyNames names, string room, long messageId)
    {
        (ParentRoom, MessageId) = (room, messageId);
        Bucket = Encode(names.Bucket(room, Buckets.Of(messageId)));
        Sealed = Encode(names.Sealed(room));
        Room = Encode(names.Room(room));
        Changed = Encode(names.Changed(room));
        Live = Encode(names.Live(room));
        Threads = Encode(names.Threads(room));
    }

    /// <summary>The id of the room that the thread belongs to.</summary>
    public string ParentRoom { get; }

    /// <summary>The message that the thread belongs to.</summary>
    public long MessageId { get; }

    /// <summary>The key of the message's bucket.</summary>
    public RedisKey Bucket { get; }

    /// <summary>The key of the room's sealed buckets.</summary>
    public RedisKey Sealed { get; }

    /// <summary>The key of the room.</summary>
    public RedisKey Room { get; }

    /// <summary>The key of the room's change log.</summary>
    public RedisKey Changed { get; }

    /// <summary>The channel of the room's live events.</summary>
    public RedisKey Live { get; }

    /// <summary>The key of the summaries of the room's threads.</summary>
    public RedisKey Threads { get; }

    /// <summary>The keys for a thread; <see langword="null"/> for any other room.</summary>
    public static ThreadKeys? Of(KeyNames names, string room) => ThreadId.TrySplit(room, out var parent, out var message) ? new ThreadKeys(names, parent, message) : null;

    private static RedisKey Encode(string key) => Encoding.UTF8.GetBytes(key);
}
