namespace RedisChat;

/// <summary>A kind of call that the <see cref="OperationRunner"/> runs.</summary>
/// <param name="Name">One of <see cref="ChatOperations"/>.</param>
/// <param name="Failure">The first words of the error when it fails: what failed.</param>
internal sealed record ChatOperation(string Name, string Failure)
{
    /// <summary>Whether an attempt that gets no answer may have written something.</summary>
    public bool Writes { get; init; }

    /// <summary>Whether an attempt that may have happened may be repeated.</summary>
    public bool IsRepeatable { get; init; } = true;

    /// <summary>What the caller can do when it may have happened.</summary>
    public string InDoubt { get; init; } = "It may have taken effect. Read the message before you try again.";

    /// <summary>Reading messages.</summary>
    public static ChatOperation Read { get; } = new(ChatOperations.Receive, "The room could not be read");
}
