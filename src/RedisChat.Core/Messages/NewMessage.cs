using System.Diagnostics.CodeAnalysis;
using System.Text.Json.Serialization;

namespace RedisChat;

/// <summary>A message to send.</summary>
public sealed record NewMessage
{
    /// <summary>Creates an empty message, to be filled by an initializer.</summary>
    public NewMessage()
    {
    }

    /// <summary>Creates a message from an author and a text.</summary>
    /// <param name="user">The id of the author.</param>
    /// <param name="text">The text.</param>
    [SetsRequiredMembers]
    public NewMessage(string user, string text)
    {
        User = user;
        Text = text;
    }

    /// <summary>The id of the author: 1 to <see cref="ChatLimits.MaxIdBytes"/> bytes of UTF-8, no control characters.</summary>
    public required string User { get; init; }

    /// <summary>The text: not empty, at most <see cref="ChatOptions.MaxTextBytes"/> bytes of UTF-8.</summary>
    public required string Text { get; init; }

    /// <summary>
    /// Small facts to keep with the message: at most <see cref="ChatOptions.MaxMetadataEntries"/> entries and
    /// <see cref="ChatOptions.MaxMetadataBytes"/> bytes of UTF-8 in total. Setting it to <see langword="null"/>, as JSON may, means that there is none.
    /// </summary>
    public IReadOnlyDictionary<string, string> Metadata
    {
        get;
        init => field = value ?? Message.NoMetadata;
    } = Message.NoMetadata;

    /// <summary>
    /// Identifies this message among its author's messages in the room: sending it again stores nothing and returns
    /// the first receipt. 1 to <see cref="ChatLimits.MaxIdBytes"/> bytes of UTF-8. Without one, <see cref="Chat"/> makes a random
    /// one for the call, so its own retries are safe but a second call stores a second message.
    /// </summary>
    /// <remarks>
    /// Set one if your own caller may repeat the request, such as a phone that lost the answer. It is remembered for at least
    /// <see cref="RedisStoreOptions.IdempotencyWindow"/>. Using it again for another text fails with
    /// <see cref="ChatIdempotencyConflictException"/>. It is stored with the message as <see cref="Message.IdempotencyKey"/>, which everyone who reads
    /// the room can see: do not put a secret into it.
    /// </remarks>
    public string? IdempotencyKey { get; init; }

    /// <summary>
    /// Whether <see cref="Chat"/> made <see cref="IdempotencyKey"/> for its own retries, because the caller gave none. For stores: such a key recognizes
    /// a repetition like any other, but is not kept as <see cref="Message.IdempotencyKey"/>. Applications need not set it.
    /// </summary>
    [JsonIgnore]
    public bool IsKeyGenerated { get; init; }

    /// <summary>The message with metadata that the caller can no longer change.</summary>
    internal NewMessage Snapshot() => Metadata is MetadataCopy ? this : this with { Metadata = MetadataCopy.Of(Metadata) };

    /// <summary>The messages of a list that the caller can no longer change. One that is refused anyway, for being too long or null, stays as it is.</summary>
    internal static IReadOnlyList<NewMessage> Snapshot(IReadOnlyList<NewMessage> messages)
    {
        if (messages is null || messages.Count > ChatLimits.MaxBatchSize)
        {
            return messages!;
        }

        var copy = new NewMessage[messages.Count];
        for (var i = 0; i < copy.Length; i++)
        {
            copy[i] = messages[i]?.Snapshot()!;
        }

        return copy;
    }
}
