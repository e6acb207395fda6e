namespace RedisChat;

/// <summary>A kind of call that the <see cref="OperationRunner"/> runs.</summary>
/// <param name="Name">One of <see cref="ChatOperations"/>.</param>
/// <param name="Writes">Whether an attempt that gets no answer may have written something.</param>
/// <param name="IsRepeatable">Whether an attempt that may have happened may be repeated.</param>
internal readonly record struct ChatOperation(string Name, bool Writes, bool IsRepeatable = true)
{
    public static ChatOperation Read { get; } = new(ChatOperations.Receive, Writes: false);
}
