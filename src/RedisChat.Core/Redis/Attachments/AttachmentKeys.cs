using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;
using StackExchange.Redis;

namespace RedisChat.Redis;

/// <summary>
/// How notices are stored: a field of one hash for each message and version, <c>thread:id:time:version</c>, whose value is a letter for the reason and the attachments as a message has them. The thread is that message's id, or
/// empty. A room that was deleted and created again has other times, so it does not have the same fields.
/// </summary>
internal static class AttachmentKeys
{
    /// <summary>The feature's letter in the room's field <c>uses</c>.</summary>
    public const char Letter = 'a';

    private const string Reasons = "der";

    public static RedisValue Field(string room, Message message)
    {
        var thread = ThreadId.TrySplit(room, out _, out var parent) ? parent.ToString(CultureInfo.InvariantCulture) : "";
        return string.Create(CultureInfo.InvariantCulture, $"{thread}:{message.Id}:{Micros.FromTime(message.Timestamp)}:{message.Version}");
    }

    public static RedisValue Value(AttachmentList attachments, ReleaseReason reason, BoxPlace place, RoomCipher? cipher)
    {
        var json = new ArrayBufferWriter<byte>(256);
        Encoding.UTF8.GetBytes(Reasons.AsSpan((int)reason, 1), json);
        AttachmentJson.Write(json, attachments);
        return cipher is null ? json.WrittenMemory : EncryptedText.Seal(cipher, place, json.WrittenSpan);
    }

    /// <summary>Reads a notice; <see langword="null"/> if it is none.</summary>
    public static AttachmentNotice? TryRead(string room, HashEntry entry, RoomCipher? cipher = null)
    {
        var value = EncryptedText.Open(cipher, NoticeCipher.Place(room, entry.Name), ((ReadOnlyMemory<byte>)entry.Value).Span);
        if (((string?)entry.Name)?.Split(':') is not [var thread, var id, _, _] || !StrictNumber.TryRead(id, out var message) || value.IsEmpty || Reasons.IndexOf((char)value[0], StringComparison.Ordinal) is not (>= 0 and var reason)
            || !TryRead(value[1..], out var attachments))
        {
            return null;
        }

        if (thread != "" && !StrictNumber.TryRead(thread, out _))
        {
            return null;
        }

        return new AttachmentNotice(
            entry.Name!, thread == "" ? room : new ThreadId(room, long.Parse(thread, CultureInfo.InvariantCulture)).RoomId, message, attachments, (ReleaseReason)reason);
    }

    private static bool TryRead(ReadOnlySpan<byte> value, out AttachmentList attachments)
    {
        attachments = default;
        try
        {
            var json = new Utf8JsonReader(value);
            return json.Read() && AttachmentJson.TryRead(ref json, out attachments) && !json.Read();
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return false;
        }
    }
}
