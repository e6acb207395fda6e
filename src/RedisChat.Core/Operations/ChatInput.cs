using System.Runtime.CompilerServices;
using System.Text;

namespace RedisChat;

/// <summary>Rejects invalid input before any I/O with a <see cref="ChatInputException"/> that says what is allowed. No error repeats user input.</summary>
internal static class ChatInput
{
    // Longer intervals are a mistake anyway: the interval is for connections that must not be idle. A timer also has a limit.
    private static readonly TimeSpan LongestHeartbeat = TimeSpan.FromDays(1);

    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    public static void CheckId(string id, [CallerArgumentExpression(nameof(id))] string name = "") => CheckId(id, new ArgumentName(name));

    /// <summary>Checks the id of a room, which may be a thread: see <see cref="ThreadId"/>.</summary>
    public static void CheckRoom(string room, [CallerArgumentExpression(nameof(room))] string name = "")
    {
        if (!ThreadId.IsThread(room))
        {
            CheckId(room, new ArgumentName(name));
        }
        else if (!ThreadId.TryParse(room, out _))
        {
            throw new ChatInputException($"The id is not that of a thread. {nameof(ThreadId)}.{nameof(ThreadId.RoomId)} returns valid ones.", name);
        }
    }

    /// <summary>Checks the id of a room, and that the store supports it.</summary>
    public static void CheckRoom(string room, IMessageStore store, [CallerArgumentExpression(nameof(room))] string name = "")
    {
        CheckRoom(room, name);
        if (ThreadId.IsThread(room))
        {
            _ = store.RequireAbility<IThreadStore>("threads");
        }
    }

    /// <summary>Refuses a thread.</summary>
    /// <param name="room">The id of a room.</param>
    /// <param name="message">What a thread does not have.</param>
    public static void RefuseThread(string room, string message)
    {
        if (ThreadId.IsThread(room))
        {
            throw new ChatInputException(message, nameof(room));
        }
    }

    public static void CheckMessageId(long id, [CallerArgumentExpression(nameof(id))] string name = "")
    {
        if (id is < 1 or > ChatLimits.MaxMessageId)
        {
            throw new ChatInputException($"A message id must be from 1 to {ChatLimits.MaxMessageId}.", name);
        }
    }

    public static void CheckText(string text, ChatOptions options, bool mayBeEmpty = false, [CallerArgumentExpression(nameof(text))] string name = "") =>
        CheckText(text, options, new ArgumentName(name), mayBeEmpty);

    public static void CheckMetadata(IReadOnlyDictionary<string, string> metadata, ChatOptions options, string name) =>
        CheckMetadata(metadata, options, new ArgumentName(name));

    /// <summary>Checks the text and the mentions of an edit.</summary>
    public static void CheckEdit(MessageEdit edit, ChatOptions options)
    {
        RequireNotNull(edit, new ArgumentName(nameof(edit)));
        CheckText(edit.Text, options, new ArgumentName("text"), mayBeEmpty: edit.Attachments is { Count: > 0 });
        CheckMentions(edit.Mentions ?? default, new ArgumentName("mentions"));
        AttachmentInput.Check(edit.Attachments ?? default, "attachments");
    }

    /// <summary>Checks one line of text for people, which may be empty.</summary>
    public static void CheckLine(string text, int mostBytes, string name)
    {
        RequireNotNull(text, new ArgumentName(name));
        if (text.Any(char.IsControl))
        {
            throw new ChatInputException("The text must not contain control characters, such as a line break.", name);
        }

        CheckLength(text, mostBytes, name);
    }

    /// <summary>Checks the length of a text that may have several lines or be empty.</summary>
    public static void CheckLength(string text, int mostBytes, string name)
    {
        RequireNotNull(text, new ArgumentName(name));
        if (Utf8Length(text, new ArgumentName(name)) is var bytes && bytes > mostBytes)
        {
            throw new ChatInputException($"The text is {bytes} bytes of UTF-8; at most {mostBytes} are allowed.", name);
        }
    }

    /// <summary>Checks that a text is valid Unicode, and not too long. It may be empty.</summary>
    public static void CheckUnicode(string text, int mostBytes, string name)
    {
        if (Utf8Length(text, new ArgumentName(name)) is var bytes && bytes > mostBytes)
        {
            throw new ChatInputException($"The text is {bytes} bytes of UTF-8; at most {mostBytes} are allowed.", name);
        }
    }

    /// <summary>Checks the reason of a deletion, if there is one.</summary>
    public static void CheckReason(string? reason, [CallerArgumentExpression(nameof(reason))] string name = "")
    {
        if (reason is null)
        {
            return;
        }

        if (reason.Length == 0 || reason.Any(char.IsControl))
        {
            throw new ChatInputException("A reason must not be empty and must not contain control characters. Pass null to give no reason.", name);
        }

        if (Utf8Length(reason, new ArgumentName(name)) > ChatLimits.MaxReasonBytes)
        {
            throw new ChatInputException($"A reason must be at most {ChatLimits.MaxReasonBytes} bytes of UTF-8.", name);
        }
    }

    public static void CheckMessage(NewMessage message, ChatOptions options, [CallerArgumentExpression(nameof(message))] string name = "") =>
        CheckMessage(message, options, new ArgumentName(name));

    /// <summary>Checks a message that is begun: its text may be empty.</summary>
    public static void CheckBegun(NewMessage message, ChatOptions options, [CallerArgumentExpression(nameof(message))] string name = "") =>
        CheckMessage(message, options, new ArgumentName(name), mayBeEmpty: true);

    public static void CheckBatch(IReadOnlyList<NewMessage> messages, ChatOptions options)
    {
        RequireNotNull(messages, new ArgumentName(nameof(messages)));
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

    public static void CheckPosition(RoomPosition position, [CallerArgumentExpression(nameof(position))] string name = "")
    {
        if (position.MessageId is < 0 or > ChatLimits.MaxMessageId || position.Stamp < 0 || position.Revision < 0)
        {
            throw new ChatInputException("No room can have this position. Pass back one that the chat returned.", name);
        }
    }

    public static void CheckWatch(WatchOptions options)
    {
        RequireNotNull(options, new ArgumentName(nameof(options)));
        CheckPosition(options.After ?? RoomPosition.Start, $"{nameof(options)}.{nameof(options.After)}");
        if (options.As is { } user)
        {
            CheckId(user, new ArgumentName(nameof(options), Property: nameof(options.As)));
        }

        CheckWatch(options.MaxCatchUp, options.Heartbeat, nameof(options));
    }

    public static void CheckRooms(IEnumerable<KeyValuePair<string, RoomPosition?>> rooms) => RequireNotNull(rooms, new ArgumentName(nameof(rooms)));

    public static void CheckWatchMany(WatchManyOptions options)
    {
        RequireNotNull(options, new ArgumentName(nameof(options)));
        if (options.As is { } user)
        {
            CheckId(user, new ArgumentName(nameof(options), Property: nameof(options.As)));
        }

        CheckWatch(options.MaxCatchUp, options.Heartbeat, nameof(options));
    }

    public static void CheckLimit(int limit, [CallerArgumentExpression(nameof(limit))] string name = "")
    {
        if (limit is < 1 or > ChatLimits.MaxPageSize)
        {
            throw new ChatInputException($"A limit must be from 1 to {ChatLimits.MaxPageSize}.", name);
        }
    }

    public static void CheckInboxWatch(InboxWatchOptions options)
    {
        if (options.Interval < TimeSpan.Zero || options.Interval > TimeSpan.FromMinutes(1))
        {
            throw new ChatInputException("The interval must be from zero to 1 minute.", $"{nameof(options)}.{nameof(InboxWatchOptions.Interval)}");
        }

        if (options.RefreshInterval < TimeSpan.FromSeconds(1) || options.RefreshInterval > TimeSpan.FromDays(1))
        {
            throw new ChatInputException(
                "The refresh interval must be from 1 second to 1 day.", $"{nameof(options)}.{nameof(InboxWatchOptions.RefreshInterval)}");
        }
    }

    public static void CheckQuery(MessageQuery query)
    {
        RequireNotNull(query, new ArgumentName(nameof(query)));
        CheckLimit(query.Limit);

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
            CheckId(user, new ArgumentName(nameof(query), Property: nameof(query.User)));
            if (query.IncludeDeleted)
            {
                throw new ChatInputException(
                    $"{nameof(query.IncludeDeleted)} cannot be combined with {nameof(query.User)}: the author of a deleted message is not known.",
                    $"{nameof(query)}.{nameof(query.IncludeDeleted)}");
            }
        }

        if (query.Reader is { } reader)
        {
            CheckId(reader, new ArgumentName(nameof(query), Property: nameof(query.Reader)));
        }

        static void CheckBound(long? id, long least, string property)
        {
            if (id < least || id > ChatLimits.MaxMessageId)
            {
                throw new ChatInputException($"{property} must be from {least} to {ChatLimits.MaxMessageId}.", $"{nameof(query)}.{property}");
            }
        }
    }

    private static void CheckWatch(int? maxCatchUp, TimeSpan? heartbeat, string argument)
    {
        if (maxCatchUp < 0)
        {
            throw new ChatInputException("A bound on catching up must not be negative.", $"{argument}.{nameof(WatchOptions.MaxCatchUp)}");
        }

        if (heartbeat is { } interval && (interval <= TimeSpan.Zero || interval > LongestHeartbeat))
        {
            throw new ChatInputException(
                $"A heartbeat must be longer than zero, and at most {LongestHeartbeat.TotalDays} days.", $"{argument}.{nameof(WatchOptions.Heartbeat)}");
        }
    }

    private static void CheckId(string id, ArgumentName name)
    {
        RequireNotNull(id, name);
        if (id.Length == 0)
        {
            throw new ChatInputException("An id must not be empty.", $"{name}");
        }

        foreach (var c in id)
        {
            if (char.IsControl(c))
            {
                throw new ChatInputException("An id must not contain control characters.", $"{name}");
            }
        }

        if (Utf8Length(id, name) > ChatLimits.MaxIdBytes)
        {
            throw new ChatInputException($"An id must be at most {ChatLimits.MaxIdBytes} bytes of UTF-8.", $"{name}");
        }
    }

    private static void CheckText(string text, ChatOptions options, ArgumentName name, bool mayBeEmpty = false)
    {
        RequireNotNull(text, name);
        if (text.Length == 0 && !mayBeEmpty)
        {
            throw new ChatInputException("A text must not be empty.", $"{name}");
        }

        if (Utf8Length(text, name) is var bytes && bytes > options.MaxTextBytes)
        {
            throw new ChatInputException(
                $"The text is {bytes} bytes of UTF-8; at most {options.MaxTextBytes} are allowed ({nameof(ChatOptions)}.{nameof(ChatOptions.MaxTextBytes)}).",
                $"{name}");
        }
    }

    private static void CheckMessage(NewMessage message, ChatOptions options, ArgumentName name, bool mayBeEmpty = false)
    {
        RequireNotNull(message, name);
        CheckId(message.User, name with { Property = nameof(message.User) });
        CheckText(message.Text, options, name with { Property = nameof(message.Text) }, mayBeEmpty || message.Attachments.Count > 0);
        CheckMetadata(message.Metadata, options, name with { Property = nameof(message.Metadata) });
        if (message.IdempotencyKey is { } key)
        {
            CheckId(key, name with { Property = nameof(message.IdempotencyKey) });
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

    /// <summary>Checks how long a message is kept.</summary>
    public static void CheckLife(TimeSpan life, string name)
    {
        if (life < ChatLimits.MinMessageLife || life > ChatLimits.MaxMessageLife)
        {
            throw new ChatInputException($"A message can expire after {ChatLimits.MinMessageLife} to {ChatLimits.MaxMessageLife}.", name);
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
                CheckId(mention.Id, name);
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

            bytes += Utf8Length(key, name) + Utf8Length(value, name);
        }

        if (bytes > options.MaxMetadataBytes)
        {
            throw new ChatInputException(
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
            throw new ChatInputException(
                $"Half of a surrogate pair is at character {e.Index}. That is not valid Unicode and could not be stored unchanged.", $"{name}", e);
        }
    }

    private static void RequireNotNull(object? value, ArgumentName name)
    {
        if (value is null)
        {
            throw new ChatInputException("A value is required; it must not be null.", $"{name}");
        }
    }

    /// <summary>The name of an input in an error, such as <c>messages[3].Text</c>. Formatted only for an error, because every send is checked.</summary>
    private readonly record struct ArgumentName(string Argument, int Index = -1, string Property = "")
    {
        public override string ToString() => (Index < 0 ? Argument : $"{Argument}[{Index}]") + (Property == "" ? "" : $".{Property}");
    }
}
