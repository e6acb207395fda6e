using System.Text;

namespace RedisChat.Redis;

/// <summary>Live events of reactions: after the header and the message's id, a line of names and counts, and a line with the user who reacted.</summary>
internal sealed class ReactionEvents : ILiveKind
{
    public char Letter => ReactionKeys.Letter;

    public RoomEvent? TryRead(in LiveHeader header, ReadOnlySpan<byte> body)
    {
        var end = body.IndexOf((byte)'\n');
        if (end < 0 || !header.TryGetMessageId(out var id) || !ReactionTally.TryReadPairs(body[..end], out var reactions))
        {
            return null;
        }

        var rest = body[(end + 1)..];
        var user = rest.IndexOf((byte)'\n') is var next && next >= 0 ? rest[..next] : rest;
        return new RoomEvent.Reacted(id, reactions, Encoding.UTF8.GetString(user), header.Position) { Revision = header.Position.Revision };
    }
}
