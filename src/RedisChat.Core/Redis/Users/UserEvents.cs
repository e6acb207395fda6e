namespace RedisChat.Redis;

/// <summary>Live events of a user's list of rooms: after the header the room, then a line with the entry, which is empty if the room is gone.</summary>
internal sealed class RoomListedEvents : ILiveKind
{
    public char Letter => RedisUserRooms.ListKind;

    public RoomEvent? TryRead(in LiveHeader header, ReadOnlySpan<byte> body) =>
        new RoomEvent.RoomListed(EscapedId.FromWord(header.Subject), header.Position);
}

/// <summary>Live events that end everything that is watched for the user who is their subject.</summary>
internal sealed class RevokedEvents : ILiveKind
{
    public char Letter => RedisUserRooms.RevocationKind;

    public RoomEvent? TryRead(in LiveHeader header, ReadOnlySpan<byte> body) =>
        new RoomEvent.Revoked(EscapedId.FromWord(header.Subject), header.Position);
}
