using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace RedisChat.Redis;

/// <summary>
/// The stored form of a member, which <c>room_guard.lua</c> reads: <c>revision role ban mute joined details</c>. The role is <c>-</c> for those who are not
/// members; the times are in µs, 0 if there is none, and <see cref="Forever"/> if there is no end. The details are JSON.
/// </summary>
internal static class MemberText
{
    private const string NoRole = "-";
    private const long Forever = ChatLimits.MaxMessageId;

    /// <summary>The text after the revision, which the script inserts.</summary>
    public static string Tail(RoomMember member)
    {
        var details = JsonSerializer.Serialize(
            new MemberDetails(DetailsOf(member.Ban), DetailsOf(member.Mute), member.Invitation is { } invitation ? new(invitation.By, invitation.Reason, invitation.Role) : null),
            MemberJsonContext.Relaxed.MemberDetails);
        var joined = member.JoinedAt is { } time ? Micros.FromTime(time) : 0;
        return string.Create(CultureInfo.InvariantCulture, $" {member.Role ?? NoRole} {EndOf(member.Ban)} {EndOf(member.Mute)} {joined} {details}");
    }

    /// <summary>Parses a stored member; <see langword="false"/> if the text is something else.</summary>
    public static bool TryRead(string user, string? text, out RoomMember member, out long revision)
    {
        member = new RoomMember { User = user };
        revision = 0;
        var words = text?.Split(' ', 6) ?? [];
        if (words.Length < 6 || !StrictNumber.TryRead(words[0], out revision) || words[1].Length == 0
            || !StrictNumber.TryRead(words[2], out var ban) || !StrictNumber.TryRead(words[3], out var mute) || !StrictNumber.TryRead(words[4], out var joined))
        {
            return false;
        }

        try
        {
            var details = JsonSerializer.Deserialize(words[5], MemberJsonContext.Relaxed.MemberDetails);
            var role = words[1] == NoRole ? null : words[1];
            member = new RoomMember
            {
                User = user,
                Role = role,
                JoinedAt = role is null ? null : Micros.ToTime(joined),
                Ban = RestrictionOf(ban, details?.Ban),
                Mute = RestrictionOf(mute, details?.Mute),
                Invitation = details?.Invitation is { Role: { } invited } invitation ? new Invitation(invited, invitation.By, invitation.Reason) : null,
            };
            return true;
        }
        catch (JsonException)
        {
            return false;
        }
    }

    private static long EndOf(Restriction? restriction) =>
        restriction is null ? 0 : restriction.Until is { } end ? Micros.FromTime(end) : Forever;

    private static MemberDetails.Part? DetailsOf(Restriction? restriction) =>
        restriction is null || (restriction.By ?? restriction.Reason) is null ? null : new(restriction.By, restriction.Reason, null);

    private static Restriction? RestrictionOf(long end, MemberDetails.Part? details) =>
        end == 0 ? null : new Restriction(end >= Forever ? null : Micros.ToTime(end), details?.By, details?.Reason);
}

/// <summary>What is stored about a member besides what the script reads.</summary>
internal sealed record MemberDetails(
    [property: JsonPropertyName("b")] MemberDetails.Part? Ban,
    [property: JsonPropertyName("m")] MemberDetails.Part? Mute,
    [property: JsonPropertyName("i")] MemberDetails.Part? Invitation)
{
    internal sealed record Part(
        [property: JsonPropertyName("u")] string? By, [property: JsonPropertyName("r")] string? Reason, [property: JsonPropertyName("role")] string? Role);
}

[JsonSerializable(typeof(MemberDetails))]
[JsonSourceGenerationOptions(DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
internal sealed partial class MemberJsonContext : JsonSerializerContext
{
    // Stored text is not embedded in HTML, so only what JSON requires is escaped.
    public static MemberJsonContext Relaxed { get; } = new(new JsonSerializerOptions
    {
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    });
}
