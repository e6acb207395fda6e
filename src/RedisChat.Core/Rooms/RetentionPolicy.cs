using System.Text.Json.Serialization;

namespace RedisChat;

/// <summary>How long a room keeps its messages: <see cref="ChatOptions.Retention"/> and <see cref="RoomAbout.Retention"/>. Immutable.</summary>
/// <remarks>
/// <para>
/// <see cref="Chat.RunUpkeepAsync"/> trims the beginning of a room's history, 128 ids at a time, as soon as all of them may go. So a room may keep up to 127 messages more than this says, and its last
/// 128 ids in any case. Messages are deleted from the beginning only: one that stays protects those after it.
/// </para>
/// <para>Threads have no retention of their own: a thread goes with its message, see <see cref="ChatOptions.DeleteThreads"/>.</para>
/// </remarks>
public sealed record RetentionPolicy
{
    /// <summary>Keeps everything, whatever <see cref="ChatOptions.Retention"/> says.</summary>
    public static RetentionPolicy Everything { get; } = new();

    /// <summary>Messages that are older than this go. From <see cref="ChatLimits.MinMessageLife"/> to <see cref="ChatLimits.MaxMessageLife"/>; <see langword="null"/> for no limit.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public TimeSpan? MaxAge { get; init; }

    /// <summary>The number of messages that are kept, the newest ones; at least 1. <see langword="null"/> for no limit.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public long? MaxMessages { get; init; }

    /// <summary>What is wrong with it; <see langword="null"/> if nothing is.</summary>
    internal string? Problem() =>
        MaxAge is { } age && (age < ChatLimits.MinMessageLife || age > ChatLimits.MaxMessageLife)
            ? $"{nameof(MaxAge)} is {age}; it must be from {ChatLimits.MinMessageLife} to {ChatLimits.MaxMessageLife}."
        : MaxMessages is < 1 or > ChatLimits.MaxMessageId ? $"{nameof(MaxMessages)} is {MaxMessages}; it must be from 1 to {ChatLimits.MaxMessageId}."
        : null;
}
