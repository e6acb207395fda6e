using System.ComponentModel;

namespace RedisChat;

/// <summary>Settings of reactions: see <see cref="ChatOptions.Reactions"/>. All processes that share rooms should use the same settings.</summary>
[TypeConverter(typeof(SectionOnlyConverter))]
public sealed class ReactionOptions
{
    /// <summary>How many reactions a user may give one message.</summary>
    /// <value><see cref="ReactionMode.OneOfEachKind"/>.</value>
    public ReactionMode Mode { get; set; } = ReactionMode.OneOfEachKind;

    /// <summary>How many kinds of reactions a message may have. Another kind fails with <see cref="ChatLimitException"/>.</summary>
    /// <value>20; 1 to 100.</value>
    public int MaxKinds { get; set; } = 20;

    /// <summary>A sentence for each bad value.</summary>
    internal IEnumerable<string?> Problems(string owner)
    {
        yield return OptionsProblems.InRange(owner, nameof(MaxKinds), MaxKinds, 1, 100);
        yield return Enum.IsDefined(Mode) ? null : $"{owner}.{nameof(Mode)} is {Mode}; it must be one of {string.Join(", ", Enum.GetNames<ReactionMode>())}.";
    }
}
