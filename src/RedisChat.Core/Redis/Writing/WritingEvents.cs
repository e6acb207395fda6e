using System.Runtime.CompilerServices;
using System.Text.Unicode;
using Microsoft.Extensions.Logging;

namespace RedisChat.Redis;

/// <summary>
/// The events of messages that are written part by part: the passing <c>W id offset writer</c> and then the part, as it is; and the durable end, with a line that is the message without its
/// text, and one with the number of bytes and a digest of the text.
/// </summary>
/// <param name="read">Reads the writer's name and the text so far of a message; <see langword="null"/> if it is not in progress.</param>
/// <param name="logger">The log.</param>
internal sealed class WritingEvents(Func<string, long, Task<(string Writer, string Text)?>> read, ILogger logger) : ILiveKind, IPassingKind
{
    // Only rooms in which something was written have an entry, and it goes with the subscription.
    private readonly ConditionalWeakTable<object, WrittenTexts> _texts = [];

    public char Letter => WritingKeys.Letter;

    public string Letters => "W";

    public RoomEvent? TryRead(in LiveHeader header, ReadOnlySpan<byte> body) => TryRead(header, body, null, null);

    public RoomEvent? TryRead(in LiveHeader header, ReadOnlySpan<byte> body, object? subscription, RoomCipher? cipher)
    {
        var end = body.IndexOf((byte)'\n');
        if (end < 0 || !header.TryGetMessageId(out var id) || !EncryptedValue.TryRead(cipher, BoxPlace.Ended(id), body[..end], out var message, out _))
        {
            return null;
        }

        var rest = body[(end + 1)..];
        var line = rest.IndexOf((byte)'\n') is var next && next >= 0 ? rest[..next] : rest;
        var digest = System.Text.Encoding.UTF8.GetString(EncryptedText.Open(cipher, BoxPlace.Ended(id), line));
        var parts = subscription is not null && _texts.TryGetValue(subscription, out var texts) ? texts.End(id) : null;
        return new RoomEvent.WritingEnded(message, header.Position) { Pending = new PendingText(parts, digest) };
    }

    public LiveEvents Read(char letter, ReadOnlySpan<byte> words, ReadOnlySpan<byte> body, object subscription, RoomPosition at) =>
        Read(letter, words, body, subscription, at, null);

    public LiveEvents Read(char letter, ReadOnlySpan<byte> words, ReadOnlySpan<byte> body, object subscription, RoomPosition at, RoomCipher? cipher)
    {
        if (!TryTake(ref words, out var id) || !TryTake(ref words, out var offset) || id is 0 or > ChatLimits.MaxMessageId)
        {
            return default;
        }

        var end = words.IndexOf((byte)' ');
        var writer = System.Text.Encoding.UTF8.GetString(end < 0 ? words : words[..end]);

        // One that cannot be decrypted is as good as lost: the next one, or the end, makes the text be read.
        if ((end >= 0 && words[(end + 1)..] is [(byte)'e', ..] && !EncryptedText.TryOpen(cipher, BoxPlace.Part(id, offset, writer), body, out body, out _)) || !Utf8.IsValid(body))
        {
            return default;
        }

        var texts = _texts.GetValue(subscription, joined => new WrittenTexts((RedisSubscription)joined, read, logger));
        return texts.Take(id, writer, offset, body.ToArray(), at) is { } part ? LiveEvents.Append(default, new LiveEvent(part, 0)) : default;
    }

    private static bool TryTake(ref ReadOnlySpan<byte> words, out long number)
    {
        if (!StrictNumber.TryReadFirst(words, out number, out var digits) || digits == words.Length || words[digits] != ' ')
        {
            return false;
        }

        words = words[(digits + 1)..];
        return true;
    }
}
