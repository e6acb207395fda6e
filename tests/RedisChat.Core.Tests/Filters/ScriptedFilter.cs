namespace RedisChat.Tests.Filters;

/// <summary>A filter that does what the test says, and records what it was asked.</summary>
internal sealed class ScriptedFilter(Func<FilteredMessage, CancellationToken, ValueTask<FilterDecision>> decide) : IMessageFilter
{
    public ScriptedFilter(Func<FilteredMessage, FilterDecision> decide)
        : this((message, _) => new(decide(message)))
    {
    }

    public List<FilteredMessage> Asked { get; } = [];

    public ValueTask<FilterDecision> FilterAsync(FilteredMessage message, CancellationToken cancellationToken = default)
    {
        Asked.Add(message);
        return decide(message, cancellationToken);
    }
}
