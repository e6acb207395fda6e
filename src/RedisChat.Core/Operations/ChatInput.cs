using System.Runtime.CompilerServices;
using System.Text;

namespace RedisChat;

/// <summary>Refuses bad input before any I/O, with an error that says what is allowed. No error repeats what a user wrote.</summary>
internal static class ChatInput
{
    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    public static void CheckId(string id, [CallerArgumentExpression(nameof(id))] string name = "") => CheckId(id, new ArgumentName(name));

    public static void CheckMessageId(long id, [CallerArgumentExpression(nameof(id))] string name = "")
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(id, 1, name);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(id, ChatLimits.MaxMessageId, name);
    }

    public static void CheckText(string text, ChatOptions options, [CallerArgumentExpression(nameof(text))] string name = "") =>
        CheckText(text, options, new ArgumentName(name));

    public static void CheckMessage(NewMessage message, ChatOptions options, [CallerArgumentExpression(nameof(message))] string name = "") =>
        CheckMessage(message, options, new ArgumentName(name));

    public static void CheckBatch(IReadOnlyList<NewMessage> messages, ChatOptions options)
    {
        ArgumentNullException.ThrowIfNull(messages);
        if (messages.Count > ChatLimits.MaxBatchSize)
        {
            throw new ArgumentException(
                $"These are {messages.Count} messages; a batch, being stored all or none, has at most {ChatLimits.MaxBatchSize}. Send several batches.",
                nameof(messages));
        }

        for (var i = 0; i < messages.Count; i++)
        {
            CheckMessage(messages[i], options, new ArgumentName(nameof(messages), i));
        }
    }

    public static void CheckPosition(RoomPosition position, [CallerArgumentExpression(nameof(position))] string name = "")
    {
        if (position.MessageId is < 0 or > ChatLimits.MaxMessageId || position.Stamp < 0 || position.Revision < 0)
        {
            throw new ArgumentException("This is no position that a room can have. Pass back one that the chat gave.", name);
        }
    }

    public static void CheckQuery(MessageQuery query)
    {
        ArgumentNullException.ThrowIfNull(query);
        if (query.Limit is < 1 or > ChatLimits.MaxPageSize)
        {
            throw new ArgumentOutOfRangeException(
                nameof(query), query.Limit, $"{nameof(query.Limit)} must be from 1 to {ChatLimits.MaxPageSize}.");
        }

        if ((query.Before is null ? 0 : 1) + (query.After is null ? 0 : 1) + (query.Around is null ? 0 : 1) > 1)
        {
            throw new ArgumentException(
                $"A query has at most one of {nameof(query.Before)}, {nameof(query.After)} and {nameof(query.Around)}.", nameof(query));
        }

        CheckBound(query.Before, 1, nameof(query.Before));
        CheckBound(query.After, 0, nameof(query.After));
        CheckBound(query.Around, 1, nameof(query.Around));
        if (query.User is { } user)
        {
            CheckId(user, new ArgumentName(nameof(query), Property: nameof(query.User)));
        }

        static void CheckBound(long? id, long least, string property)
        {
            if (id < least || id > ChatLimits.MaxMessageId)
            {
                throw new ArgumentOutOfRangeException(
                    nameof(query), id, $"{property} must be from {least} to {ChatLimits.MaxMessageId}.");
            }
        }
    }

    private static void CheckId(string id, ArgumentName name)
    {
        RequireNotNull(id, name);
        if (id.Length == 0)
        {
            throw new ArgumentException("An id must not be empty.", $"{name}");
        }

        foreach (var c in id)
        {
            if (char.IsControl(c))
            {
                throw new ArgumentException("An id must not contain control characters.", $"{name}");
            }
        }

        if (Utf8Length(id, name) > ChatLimits.MaxIdBytes)
        {
            throw new ArgumentException($"An id must be at most {ChatLimits.MaxIdBytes} bytes of UTF-8.", $"{name}");
        }
    }

    private static void CheckText(string text, ChatOptions options, ArgumentName name)
    {
        RequireNotNull(text, name);
        if (text.Length == 0)
        {
            throw new ArgumentException("A text must not be empty.", $"{name}");
        }

        if (Utf8Length(text, name) is var bytes && bytes > options.MaxTextBytes)
        {
            throw new ArgumentException(
                $"The text is {bytes} bytes of UTF-8; at most {options.MaxTextBytes} are allowed ({nameof(ChatOptions)}.{nameof(ChatOptions.MaxTextBytes)}).",
                $"{name}");
        }
    }

    private static void CheckMessage(NewMessage message, ChatOptions options, ArgumentName name)
    {
        RequireNotNull(message, name);
        CheckId(message.User, name with { Property = nameof(message.User) });
        CheckText(message.Text, options, name with { Property = nameof(message.Text) });
        CheckMetadata(message.Metadata, options, name with { Property = nameof(message.Metadata) });
        if (message.IdempotencyKey is { } key)
        {
            CheckId(key, name with { Property = nameof(message.IdempotencyKey) });
        }
    }

    private static void CheckMetadata(IReadOnlyDictionary<string, string> metadata, ChatOptions options, ArgumentName name)
    {
        RequireNotNull(metadata, name);
        if (metadata.Count > options.MaxMetadataEntries)
        {
            throw new ArgumentException(
                $"The metadata has {metadata.Count} entries; at most {options.MaxMetadataEntries} are allowed ({nameof(ChatOptions)}.{nameof(ChatOptions.MaxMetadataEntries)}).",
                $"{name}");
        }

        long bytes = 0;
        foreach (var (key, value) in metadata)
        {
            if (string.IsNullOrEmpty(key) || value is null)
            {
                throw new ArgumentException("A metadata name must not be empty, and a value not null.", $"{name}");
            }

            bytes += Utf8Length(key, name) + Utf8Length(value, name);
        }

        if (bytes > options.MaxMetadataBytes)
        {
            throw new ArgumentException(
                $"The metadata is {bytes} bytes of UTF-8; at most {options.MaxMetadataBytes} are allowed ({nameof(ChatOptions)}.{nameof(ChatOptions.MaxMetadataBytes)}).",
                $"{name}");
        }
    }

    private static int Utf8Length(string value, ArgumentName name)
    {
        try
        {
            return Strict.GetByteCount(value);
        }
        catch (EncoderFallbackException e)
        {
            throw new ArgumentException(
                $"At character {e.Index} there is half of a surrogate pair, which is not valid Unicode and could not be stored unchanged.", $"{name}", e);
        }
    }

    private static void RequireNotNull(object? value, ArgumentName name)
    {
        if (value is null)
        {
            throw new ArgumentNullException($"{name}");
        }
    }

    /// <summary>What to call an input in an error: <c>messages[3].Text</c>. Put together only where there is one, since every send is checked.</summary>
    private readonly record struct ArgumentName(string Argument, int Index = -1, string Property = "")
    {
        public override string ToString() => (Index < 0 ? Argument : $"{Argument}[{Index}]") + (Property == "" ? "" : $".{Property}");
    }
}
