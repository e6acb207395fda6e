using System.Text;

namespace RedisChat.Redis;

/// <summary>Live events of members: after the header and the user, a line with the user's entry, and a line with who changed it and why.</summary>
internal sealed class MemberEvents : ILiveKind
{
    public char Letter => MemberEffects.MemberKind;

    public RoomEvent? TryRead(in LiveHeader header, ReadOnlySpan<byte> body)
    {
        var (entry, details) = Lines(body);
        if (!MemberText.TryRead(EscapedId.FromWord(header.Subject), Encoding.UTF8.GetString(entry), out var member, out var revision))
        {
            return null;
        }

        var (by, reason) = DeletionJson.ReadDetails(details);
        return new RoomEvent.MemberChanged(member, header.Position) { By = by, Reason = reason, Revision = revision };
    }

    /// <summary>The first two lines.</summary>
    internal static (byte[] First, byte[] Second) Lines(ReadOnlySpan<byte> body)
    {
        var end = body.IndexOf((byte)'\n');
        var rest = end < 0 ? default : body[(end + 1)..];
        var next = rest.IndexOf((byte)'\n');
        return ((end < 0 ? body : body[..end]).ToArray(), (next < 0 ? rest : rest[..next]).ToArray());
    }
}
