using System.Diagnostics.CodeAnalysis;

namespace RedisChat;

/// <summary>A message to send.</summary>
public sealed record NewMessage
{
    /// <summary>Makes an empty one, to be filled by an initializer.</summary>
    public NewMessage()
    {
    }

    /// <summary>Makes a message of an author and a text.</summary>
    /// <param name="user">The id of the author.</param>
    /// <param name="text">What is written.</param>
    [SetsRequiredMembers]
    public NewMessage(string user, string text)
    {
        User = user;
        Text = text;
    }

    /// <summary>The id of the author: 1 to <see cref="ChatLimits.MaxIdBytes"/> bytes of UTF-8, no control characters.</summary>
    public required string User { get; init; }

    /// <summary>What is written: not empty, at most <see cref="ChatOptions.MaxTextBytes"/> bytes of UTF-8.</summary>
    public required string Text { get; init; }

    /// <summary>
    /// Small facts to keep with the message, at most <see cref="ChatOptions.MaxMetadataEntries"/> entries of together
    /// <see cref="ChatOptions.MaxMetadataBytes"/> bytes of UTF-8. Setting it to <see langword="null"/>, as JSON may, means that there is none.
    /// </summary>
    public IReadOnlyDictionary<string, string> Metadata
    {
        get;
        init => field = value ?? Message.NoMetadata;
    } = Message.NoMetadata;

    /// <summary>
    /// Names this message among its author's messages in the room, so that sending it again stores nothing and answers with
    /// the first receipt. 1 to <see cref="ChatLimits.MaxIdBytes"/> bytes of UTF-8. Without one, <see cref="Chat"/> makes a random
    /// one for the call: its own retries are safe then, but a second call is a second message.
    /// </summary>
    /// <remarks>
    /// Give one when your own caller may repeat the request, such as a phone that lost the answer. It is remembered for at least
    /// <see cref="RedisStoreOptions.IdempotencyWindow"/>. Used again for another text it is refused with
    /// <see cref="ChatIdempotencyConflictException"/>.
    /// </remarks>
    public string? IdempotencyKey { get; init; }
}
