using System.Text.Json;

namespace RedisChat.Redis;

/// <summary>Live events of link previews: after the header and the message's id, a line with the previews as they are stored.</summary>
internal sealed class PreviewEvents : ILiveKind
{
    /// <summary>The feature's letter in the change log and in live events.</summary>
    public const char Kind = 'k';

    public char Letter => Kind;

    public RoomEvent? TryRead(in LiveHeader header, ReadOnlySpan<byte> body) => TryRead(header, body, null, null);

    public RoomEvent? TryRead(in LiveHeader header, ReadOnlySpan<byte> body, object? subscription, RoomCipher? cipher)
    {
        var end = body.IndexOf((byte)'\n');
        var line = end < 0 ? body : body[..end];
        return header.TryGetMessageId(out var id) && TryRead(cipher is null ? line : EncryptedText.Open(cipher, BoxPlace.Previews(id), line), out var previews, out var revision)
            ? new RoomEvent.PreviewsChanged(id, previews, header.Position) { Revision = revision }
            : null;
    }

    private static bool TryRead(ReadOnlySpan<byte> line, out LinkPreviewList previews, out long revision)
    {
        (previews, revision) = (default, 0);
        try
        {
            var json = new Utf8JsonReader(line);
            return json.Read() && PreviewJson.TryRead(ref json, out previews, out revision) && !json.Read();
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return false;
        }
    }
}
