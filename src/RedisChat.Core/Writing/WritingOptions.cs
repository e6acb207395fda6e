namespace RedisChat;

/// <summary>How a message is written: see <see cref="ChatRoom.BeginAsync(NewMessage, WritingOptions, CancellationToken)"/>. Immutable.</summary>
public sealed record WritingOptions
{
    /// <summary>How long the message stays in progress without a sign of its writer, which gives one at least every third of this time. By then, whoever looks finds it abandoned.</summary>
    /// <value>1 second to 10 minutes; 30 seconds by default.</value>
    public TimeSpan Lease { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>The shortest time between two parts. What is appended in between becomes one part. A longer one costs the store and all watchers less.</summary>
    /// <value>0 to 10 seconds, and at most a third of <see cref="Lease"/>; 100 milliseconds by default.</value>
    public TimeSpan Interval { get; init; } = TimeSpan.FromMilliseconds(100);

    internal static WritingOptions Default { get; } = new();

    /// <summary>Rejects values that are out of range.</summary>
    internal void Check(string name)
    {
        if (Lease < TimeSpan.FromSeconds(1) || Lease > TimeSpan.FromMinutes(10))
        {
            throw new ChatInputException("A lease must be from 1 second to 10 minutes.", $"{name}.{nameof(Lease)}");
        }

        if (Interval < TimeSpan.Zero || Interval > TimeSpan.FromSeconds(10) || Interval > Lease / 3)
        {
            throw new ChatInputException("The interval must be from 0 to 10 seconds, and at most a third of the lease.", $"{name}.{nameof(Interval)}");
        }
    }
}
