using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace RedisChat;

/// <summary>
/// The text of a message whose writing has ended, for an event that does not carry it: this process composes it from the parts that it received. If it missed one, the
/// watchers read the message from the store.
/// </summary>
/// <param name="parts">What was received; <see langword="null"/> if nothing was.</param>
/// <param name="digest">The digest of the text: see <see cref="DigestOf"/>.</param>
internal sealed class PendingText(WrittenText? parts, string digest)
{
    private RoomEvent.WritingEnded? _whole;

    /// <summary>The event with the text; <see langword="null"/> if this process does not have the text.</summary>
    public RoomEvent.WritingEnded? Complete(RoomEvent.WritingEnded ended)
    {
        if (Volatile.Read(ref _whole) is { } whole)
        {
            return whole;
        }

        var text = parts?.ToString() ?? "";
        if (DigestOf(text) != digest)
        {
            return null;
        }

        whole = new RoomEvent.WritingEnded(ended.Message with { Text = text }, ended.Position);
        Volatile.Write(ref _whole, whole);
        return whole;
    }

    /// <summary>The number of bytes of UTF-8, a space, and 8 hex digits of the SHA-1: it only notices mistakes, it protects nothing.</summary>
    public static string DigestOf(string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
#pragma warning disable CA5350
        var hash = SHA1.HashData(bytes);
#pragma warning restore CA5350
        return string.Create(CultureInfo.InvariantCulture, $"{bytes.Length} {Convert.ToHexString(hash, 0, 4).ToLower(CultureInfo.InvariantCulture)}");
    }
}
