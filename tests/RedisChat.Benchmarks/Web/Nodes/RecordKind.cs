namespace RedisChat.Benchmarks.Web.Nodes;

/// <summary>What a client makes of what it received.</summary>
internal enum RecordKind
{
    /// <summary>Nothing that is measured.</summary>
    Other,

    /// <summary>A message.</summary>
    Message,

    /// <summary>From here on, every message of a room is received.</summary>
    RoomIsOpen,

    /// <summary>Messages will be missing.</summary>
    Failure,
}
