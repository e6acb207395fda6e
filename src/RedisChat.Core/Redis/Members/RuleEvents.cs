using System.Text;

namespace RedisChat.Redis;

/// <summary>Live events of a room's settings: after the header and the word <c>rules</c>, a line with the rules, and a line with who changed them.</summary>
internal sealed class RuleEvents : ILiveKind
{
    public char Letter => MemberEffects.SettingsKind;

    public RoomEvent? TryRead(in LiveHeader header, ReadOnlySpan<byte> body)
    {
        if (header.Subject != MemberEffects.RulesSubject)
        {
            // A setting of a later version.
            return new RoomEvent.Unknown(header.Position);
        }

        var (text, details) = MemberEvents.Lines(body);
        return RuleText.TryRead(Encoding.UTF8.GetString(text), out var rules, out var revision)
            ? new RoomEvent.RulesChanged(rules, header.Position) { By = DeletionJson.ReadDetails(details).User, Revision = revision }
            : null;
    }
}
