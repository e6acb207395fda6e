using System.Runtime.CompilerServices;

namespace RedisChat;

/// <summary>Rejects messages, edits and queries that are not valid, before any I/O.</summary>
internal static class MessageInput
{
    public static void CheckText(string text, ChatOptions options, bool mayBeEmpty = false, [CallerArgumentExpression(nameof(text))] string name = "") =>
        CheckText(text, options, new ArgumentName(name), mayBeEmpty);

    public static void CheckMetadata(IReadOnlyDictionary<string, string> metadata, ChatOptions options, string name) =>
        CheckMetadata(metadata, options, new ArgumentName(name));

    /// <summary>Checks the text and the mentions of an edit.</summary>
    public static void CheckEdit(MessageEdit edit, ChatOptions options)
    {
        ChatInput.RequireNotNull(edit, new ArgumentName(nameof(edit)));
        CheckText(edit.Text, options, new ArgumentName("text"), mayBeEmpty: edit.Attachments is { Count: > 0 });
        CheckMentions(edit.Mentions ?? default, new ArgumentName("mentions"));
        AttachmentInput.Check(edit.Attachments ?? default, "attachments");
    }

    public static void CheckMessage(NewMessage message, ChatOptions options, [CallerArgumentExpression(nameof(message))] string name = "") =>
        CheckMessage(message, options, new ArgumentName(name));

    /// <summary>Checks a message that is begun: its text may be empty.</summary>
    public static void CheckBegun(NewMessage message, ChatOptions options, [CallerArgumentExpression(nameof(message))] string name = "") =>
        CheckMessage(message, options, new ArgumentName(name), mayBeEmpty: true);

    public static void CheckBatch(IReadOnlyList<NewMessage> messages, ChatOptions options)
    {
        ChatInput.RequireNotNull(messages, new ArgumentName(nameof(messages)));
        if (messages.Count > ChatLimits.MaxBatchSize)
        {
            throw new ChatInputException(
                $"The batch has {messages.Count} messages; at most {ChatLimits.MaxBatchSize} can be stored all or none. Send several batches.",
                nameof(messages));
        }

        for (var i = 0; i < messages.Count; i++)
        {
            CheckMessage(messages[i], options, new ArgumentName(nameof(messages), i));
        }
    }

    public static void CheckQuery(MessageQuery query)
    {
        ChatInput.RequireNotNull(query, new ArgumentName(nameof(query)));
        ChatInput.CheckLimit(query.Limit);

        if ((query.Before is null ? 0 : 1) + (query.After is null ? 0 : 1) + (query.Around is null ? 0 : 1) > 1)
        {
            throw new ChatInputException(
                $"A query has at most one of {nameof(query.Before)}, {nameof(query.After)} and {nameof(query.Around)}.", nameof(query));
        }

        CheckBound(query.Before, 1, nameof(query.Before));
        CheckBound(query.After, 0, nameof(query.After));
        CheckBound(query.Around, 1, nameof(query.Around));
        if (query.User is { } user)
        {
            ChatInput.CheckId(user, new ArgumentName(nameof(query), Property: nameof(query.User)));
            if (query.IncludeDeleted)
            {
                throw new ChatInputException(
                    $"{nameof(query.IncludeDeleted)} cannot be combined with {nameof(query.User)}: the author of a deleted message is not known.",
                    $"{nameof(query)}.{nameof(query.IncludeDeleted)}");
            }
        }

        if (query.Reader is { } reader)
        {
            ChatInput.CheckId(reader, new ArgumentName(nameof(query), Property: nameof(query.Reader)));
        }

        static void CheckBound(long? id, long least, string property)
        {
            if (id < least || id > ChatLimits.MaxMessageId)
            {
                throw new ChatInputException($"{property} must be from {least} to {ChatLimits.MaxMessageId}.", $"{nameof(query)}.{property}");
            }
        }
    }

    /// <summary>Checks how long a message is kept.</summary>
    public static void CheckLife(TimeSpan life, string name)
    {
        if (life < ChatLimits.MinMessageLife || life > ChatLimits.MaxMessageLife)
        {
            throw new ChatInputException($"A message can expire after {ChatLimits.MinMessageLife} to {ChatLimits.MaxMessageLife}.", name);
        }
    }

    private static void CheckText(string text, ChatOptions options, ArgumentName name, bool mayBeEmpty = false)
    {
        ChatInput.RequireNotNull(text, name);
        if (text.Length == 0 && !mayBeEmpty)
        {
            throw new ChatInputException("A text must not be empty.", $"{name}");
        }

        if (ChatInput.Utf8Length(text, name) is var bytes && bytes > options.MaxTextBytes)
        {
            throw new ChatInputException(
                $"The text is {bytes} bytes of UTF-8; at most {options.MaxTextBytes} are allowed ({nameof(ChatOptions)}.{nameof(ChatOptions.MaxTextBytes)}).",
                $"{name}");
        }
    }

    private static void CheckMessage(NewMessage message, ChatOptions options, ArgumentName name, bool mayBeEmpty = false)
    {
        ChatInput.RequireNotNull(message, name);
        ChatInput.CheckId(message.User, name with { Property = nameof(message.User) });
        CheckText(message.Text, options, name with { Property = nameof(message.Text) }, mayBeEmpty || message.Attachments.Count > 0);
        CheckMetadata(message.Metadata, options, name with { Property = nameof(message.Metadata) });
        if (message.IdempotencyKey is { } key)
        {
            ChatInput.CheckId(key, name with { Property = nameof(message.IdempotencyKey) });
        }

        if (message.Mentions.Count > 0)
        {
            CheckMentions(message.Mentions, name with { Property = nameof(message.Mentions) });
        }

        if (message.ExpiresAfter is { } life)
        {
            CheckLife(life, $"{name with { Property = nameof(message.ExpiresAfter) }}");
        }

        if (message.Attachments.Count > 0)
        {
            AttachmentInput.Check(message.Attachments, $"{name with { Property = nameof(message.Attachments) }}");
        }

        if (message.ReplyTo is < 1 or > ChatLimits.MaxMessageId)
        {
            throw new ChatInputException(
                $"A message id must be from 1 to {ChatLimits.MaxMessageId}.", $"{name with { Property = nameof(message.ReplyTo) }}");
        }
    }

    private static void CheckMentions(MentionList mentions, ArgumentName name)
    {
        if (mentions.Count > ChatLimits.MaxMentions)
        {
            throw new ChatInputException($"The message has {mentions.Count} mentions; at most {ChatLimits.MaxMentions} are allowed. Mention a role, or everyone, instead.", $"{name}");
        }

        foreach (var mention in mentions)
        {
            if (mention.Kind == MentionKind.User)
            {
                // One that was read from a store was not checked yet.
                ChatInput.CheckId(mention.Id, name);
            }
        }
    }

    private static void CheckMetadata(IReadOnlyDictionary<string, string> metadata, ChatOptions options, ArgumentName name)
    {
        if (metadata.Count > options.MaxMetadataEntries)
        {
            throw new ChatInputException(
                $"The metadata has {metadata.Count} entries; at most {options.MaxMetadataEntries} are allowed ({nameof(ChatOptions)}.{nameof(ChatOptions.MaxMetadataEntries)}).",
                $"{name}");
        }

        long bytes = 0;
        foreach (var (key, value) in metadata)
        {
            if (string.IsNullOrEmpty(key) || value is null)
            {
                throw new ChatInputException("A metadata name must not be empty, and a value not null.", $"{name}");
            }

            bytes += ChatInput.Utf8Length(key, name) + ChatInput.Utf8Length(value, name);
        }

        if (bytes > options.MaxMetadataBytes)
        {
            throw new ChatInputException(
                $"The metadata is {bytes} bytes of UTF-8; at most {options.MaxMetadataBytes} are allowed ({nameof(ChatOptions)}.{nameof(ChatOptions.MaxMetadataBytes)}).",
                $"{name}");
        }
    }
}
