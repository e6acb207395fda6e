using System.Text;

namespace RedisChat;

/// <summary>The text of a message that is being written, and how much of it is stored. Not thread-safe.</summary>
/// <param name="text">The text that the message begins with, which is stored.</param>
/// <param name="mostBytes">The longest text, in bytes of UTF-8.</param>
internal sealed class WrittenBuffer(string text, int mostBytes)
{
    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private readonly StringBuilder _text = new(text);
    private readonly long _first = Encoding.UTF8.GetByteCount(text);
    private int _storedChars = text.Length;

    // The first half of a surrogate pair whose second half has not been appended yet. It is not part of the text.
    private char? _half;

    /// <summary>How many bytes the text has.</summary>
    public long Whole { get; private set; } = Encoding.UTF8.GetByteCount(text);

    /// <summary>How many of them are stored.</summary>
    public long Stored { get; private set; } = Encoding.UTF8.GetByteCount(text);

    /// <summary>Whether there is more to store.</summary>
    public bool HasMore => Stored < Whole;

    /// <summary>Appends a text.</summary>
    /// <exception cref="ChatInputException">The text would be too long, or is not valid Unicode. Nothing was appended.</exception>
    public void Append(string delta)
    {
        if (delta is null)
        {
            throw new ChatInputException("A value is required; it must not be null.", nameof(delta));
        }

        var added = _half is { } first ? first + delta : delta;
        char? half = added.Length > 0 && char.IsHighSurrogate(added[^1]) ? added[^1] : null;
        added = half is null ? added : added[..^1];
        int bytes;
        try
        {
            bytes = Strict.GetByteCount(added);
        }
        catch (EncoderFallbackException e)
        {
            throw new ChatInputException("Half of a surrogate pair is without the other one. That is not valid Unicode and could not be stored unchanged.", nameof(delta), e);
        }

        if (Whole + bytes > mostBytes)
        {
            throw new ChatInputException(
                $"The text would be {Whole + bytes} bytes of UTF-8; at most {mostBytes} are allowed ({nameof(ChatOptions)}.{nameof(ChatOptions.MaxTextBytes)}).", nameof(delta));
        }

        _text.Append(added);
        Whole += bytes;
        _half = half;
    }

    /// <summary>Rejects a text that a message cannot have.</summary>
    public void CheckComplete()
    {
        if (_half is not null)
        {
            throw new ChatInputException("The text ends with half of a surrogate pair. That is not valid Unicode and could not be stored unchanged.", nameof(text));
        }

        if (_text.Length == 0)
        {
            throw new ChatInputException("A text must not be empty.", nameof(text));
        }
    }

    /// <summary>The part to store next: its first byte's offset, and its text.</summary>
    public (long Offset, string Text) Next() => (Stored, _text.ToString(_storedChars, _text.Length - _storedChars));

    /// <summary>Records how much the store has. If that is less than before, it has lost parts, and they come again.</summary>
    public void StoredUpTo(long bytes)
    {
        bytes = Math.Clamp(bytes, _first, Whole);
        var text = _text.ToString();
        if (bytes == Whole)
        {
            (_storedChars, Stored) = (text.Length, Whole);
            return;
        }

        // Counted from where it is known: from there, or if the store has less, from the beginning.
        var (chars, at) = bytes < Stored ? (0, 0L) : (_storedChars, Stored);
        while (at < bytes)
        {
            var length = char.IsHighSurrogate(text[chars]) ? 2 : 1;
            at += Encoding.UTF8.GetByteCount(text.AsSpan(chars, length));
            chars += length;
        }

        (_storedChars, Stored) = (chars, at);
    }

    public override string ToString() => _text.ToString();
}
