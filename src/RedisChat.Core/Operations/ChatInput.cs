using System.Runtime.CompilerServices;
using System.Text;

namespace RedisChat;

/// <summary>
/// Rejects invalid input before any I/O with a <see cref="ChatInputException"/> that says what is allowed. No error repeats user input. Checks that only one feature needs are in its folder, such as <see cref="MessageInput"/>.
/// </summary>
internal static class ChatInput
{
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

    public static void CheckPosition(RoomPosition position, [CallerArgumentExpression(nameof(position))] string name = "")
    {
        if (position.MessageId is < 0 or > ChatLimits.MaxMessageId || position.Stamp < 0 || position.Revision < 0)
        {
            throw new ChatInputException("No room can have this position. Pass back one that the chat returned.", name);
        }
    }

    public static void CheckLimit(int limit, [CallerArgumentExpression(nameof(limit))] string name = "")
    {
        if (limit is < 1 or > ChatLimits.MaxPageSize)
        {
            throw new ChatInputException($"A limit must be from 1 to {ChatLimits.MaxPageSize}.", name);
        }
    }

    public static void CheckId(string id, ArgumentName name)
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

    /// <summary>The length of a text, which must be valid Unicode.</summary>
    public static int Utf8Length(string value, ArgumentName name)
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

    public static void RequireNotNull(object? value, ArgumentName name)
    {
        if (value is null)
        {
            throw new ChatInputException("A value is required; it must not be null.", $"{name}");
        }
    }
}
