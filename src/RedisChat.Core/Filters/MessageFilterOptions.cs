using System.ComponentModel;

namespace RedisChat;

/// <summary>Settings of message filters: see <see cref="ChatOptions.Filters"/>.</summary>
[TypeConverter(typeof(SectionOnlyConverter))]
public sealed class MessageFilterOptions
{
    /// <summary>How long all filters together may take for one message. This time is not part of <see cref="ChatOptions.OperationTimeout"/>.</summary>
    /// <value>2 seconds; 1 millisecond to 1 minute.</value>
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>What happens to a message if a filter throws, does not decide in time, or returns what cannot be stored.</summary>
    /// <value><see cref="FilterFailureMode.Refuse"/>.</value>
    public FilterFailureMode OnFailure { get; set; } = FilterFailureMode.Refuse;

    /// <summary>A sentence for each bad value.</summary>
    internal IEnumerable<string?> Problems(string owner)
    {
        yield return OptionsProblems.InRange(owner, nameof(Timeout), Timeout, TimeSpan.FromMilliseconds(1), TimeSpan.FromMinutes(1));
        yield return Enum.IsDefined(OnFailure) ? null : $"{owner}.{nameof(OnFailure)} is {OnFailure}; it must be one of {string.Join(", ", Enum.GetNames<FilterFailureMode>())}.";
    }
}
