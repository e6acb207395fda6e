namespace RedisChat.Redis;

/// <summary>Live events of a room's settings: after the header and the word <c>about</c>, a line with the settings, and a line with who changed them.</summary>
internal sealed class AboutEvents : ILiveKind
{
    public char Letter => MemberEffects.SettingsKind;

    public RoomEvent? TryRead(in LiveHeader header, ReadOnlySpan<byte> body)
    {
        if (header.Subject != RedisDirectory.AboutSubject)
        {
            return new RoomEvent.Unknown(header.Position);
        }

        var (text, details) = MemberEvents.Lines(body);
        return AboutJson.TryRead(text, out var about, out var revision)
            ? new RoomEvent.AboutChanged(about, header.Position) { By = DeletionJson.ReadDetails(details).User, Revision = revision }
            : null;
    }
}
