namespace RedisChat.Redis;

/// <summary>What happens to a kind of key in an export.</summary>
internal enum TransferKind
{
    /// <summary>The room itself: the last line of the room has its fields.</summary>
    Room,

    /// <summary>A hash, or the hash of a user: each field is a line.</summary>
    Fields,

    /// <summary>Messages, in open and sealed buckets: each is a line.</summary>
    Messages,

    /// <summary>A hash of the fields of several messages: all of a message are a line.</summary>
    Groups,

    /// <summary>The change log: each entry is a line.</summary>
    Log,

    /// <summary>A room of its own.</summary>
    Scope,

    /// <summary>Follows from the others, so an import builds it and an export does not have it.</summary>
    Derived,

    /// <summary>Has no meaning a moment later, so it stays behind.</summary>
    Passing,
}
