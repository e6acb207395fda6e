namespace RedisChat.AspNetCore;

/// <summary>Where the events of one client go: an event stream or a hub connection. Called by one caller at a time.</summary>
internal interface IClientSink
{
    /// <summary>Whether the stream must send signs of life, because nothing else keeps the connection open.</summary>
    bool NeedsHeartbeat { get; }

    /// <summary>
    /// Whether something was added that <see cref="FlushAsync"/> has not sent yet. May also be read while another caller writes: what the reader has added itself is then sent, or seen here.
    /// </summary>
    bool HasUnsent { get; }

    /// <summary>Adds a room's event to what is to be sent.</summary>
    ValueTask WriteAsync(string room, RoomEvent happened);

    /// <summary>Adds that a room has left the stream because of an error.</summary>
    ValueTask WriteAsync(RoomFailure failure);

    /// <summary>Adds a change of the inbox.</summary>
    ValueTask WriteAsync(InboxChange change);

    /// <summary>Adds a change of the user's drafts.</summary>
    ValueTask WriteAsync(DraftChange change);

    /// <summary>Adds the stream's id.</summary>
    ValueTask WriteAsync(StreamOpened opened);

    /// <summary>Adds a sign of life.</summary>
    ValueTask WriteHeartbeatAsync();

    /// <summary>Adds that the stream ends, and why.</summary>
    ValueTask WriteAsync(StreamEnd end);

    /// <summary>Sends what was added, and waits while the client does not take it.</summary>
    /// <exception cref="SlowClientException">The client took nothing for too long.</exception>
    ValueTask FlushAsync();
}
