namespace RedisChat;

/// <summary>What an erasure did: see <see cref="ChatUser.EraseAsync"/>.</summary>
public sealed record ErasureReport
{
    /// <summary>
    /// The id that replaced the user's: the author of the messages, with <see cref="ErasureMode.Anonymize"/>, and in either mode the subject of old entries of the change logs. It is random and was made for this erasure, and
    /// nothing stored connects it with the user. Do not keep it together with the user's id. <see langword="null"/> after a dry run.
    /// </summary>
    public string? Alias { get; init; }

    /// <summary>How many rooms held something about the user. Threads count as rooms. Those in which an earlier call that was interrupted has found something count, too.</summary>
    public required long Rooms { get; init; }

    /// <summary>How many messages were deleted or made anonymous by this call, each counted once even if answers of the store were lost; for a dry run, how many entries the lists of the user's messages have, which still count deleted ones.</summary>
    public required long Messages { get; init; }

    /// <summary>How many passes over all rooms it took, including the last one, which found nothing.</summary>
    public required int Passes { get; init; }

    /// <summary>The proof: where the user's id still occurs. <see langword="null"/> if <see cref="ErasureOptions.Verify"/> is off, and after a dry run.</summary>
    public ErasureFindings? Findings { get; init; }
}
