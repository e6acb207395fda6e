using System.Text;
using StackExchange.Redis;

namespace RedisChat.Redis;

/// <summary>The keys of one room that a send needs, created once in their wire encoding. Not thread-safe.</summary>
internal sealed class RoomKeys
{
    // If more users than this write to a room at the same time, the keys of their lists are created repeatedly.
    private const int AuthorsKept = 4;

    private readonly KeyNames _names;
    private readonly string _room;
    private readonly (string? User, RedisKey List)[] _authors = new (string?, RedisKey)[AuthorsKept];
    private int _nextAuthor;
    private RedisKey? _members;
    private RedisKey? _rates;
    private RedisKey? _sealed;
    private RedisKey? _dataKeys;
    private (long Number, RedisKey Key, RedisKey Next) _bucket = (-1, default, default);
    private (long Number, RedisKey Key, RedisKey Before) _window = (-1, default, default);

    public RoomKeys(KeyNames names, string room)
    {
        _names = names;
        _room = room;
        Room = Encode(names.Room(room));
        Thread = ThreadKeys.Of(names, room);
        Live = Encode(names.Live(room));
    }

    /// <summary>Names the keys that most calls do not need.</summary>
    public KeyNames Names => _names;

    /// <summary>The room's id.</summary>
    public string Id => _room;

    /// <summary>The keys of the room that this one belongs to, if it is a thread.</summary>
    public ThreadKeys? Thread { get; }

    /// <summary>The key of the room's members; of a thread, those of the room that it belongs to.</summary>
    public RedisKey Members => _members ??= Encode(_names.RuledMembers(_room));

    /// <summary>The key of the times of the users' last sends.</summary>
    public RedisKey Rates => _rates ??= Encode(_names.Rates(_room));

    /// <summary>The key of the sealed buckets.</summary>
    public RedisKey Sealed => _sealed ??= Encode(_names.Sealed(_room));

    public RedisKey Room { get; }

    public RedisKey Live { get; }

    /// <summary>The keys of a bucket and of the next one.</summary>
    public (RedisKey Key, RedisKey Next) Bucket(long number)
    {
        if (_bucket.Number != number)
        {
            _bucket = (number, Encode(_names.Bucket(_room, number)), Encode(_names.Bucket(_room, number + 1)));
        }

        return (_bucket.Key, _bucket.Next);
    }

    /// <summary>The key of a bucket that most calls do not need.</summary>
    public RedisKey OtherBucket(long number) => Encode(_names.Bucket(_room, number));

    /// <summary>The keys of the sends in a time window and in the previous one.</summary>
    public (RedisKey Key, RedisKey Before) Sent(long window)
    {
        if (_window.Number != window)
        {
            _window = (window, Encode(_names.Sent(_room, window)), Encode(_names.Sent(_room, window - 1)));
        }

        return (_window.Key, _window.Before);
    }

    /// <summary>The key of the list of a user's messages.</summary>
    public RedisKey User(string user)
    {
        foreach (var (author, list) in _authors)
        {
            if (author == user)
            {
                return list;
            }
        }

        var key = Encode(_names.Author(_room, user));
        _authors[_nextAuthor] = (user, key);
        _nextAuthor = (_nextAuthor + 1) % AuthorsKept;
        return key;
    }

    /// <summary>The key of the data keys, in an encrypted room.</summary>
    public RedisKey DataKeys => _dataKeys ??= Encode(_names.DataKeys(_room));

    /// <summary>The key of the messages that expire.</summary>
    public RedisKey Expires => Encode(_names.Expires(_room));

    /// <summary>The key of what a user has scheduled.</summary>
    public RedisKey Scheduled(string user) => Encode(_names.Scheduled(_room, user));

    private static RedisKey Encode(string key) => Encoding.UTF8.GetBytes(key);
}
