namespace RedisChat;

/// <summary>Starts work that outlives the call that starts it.</summary>
/// <remarks>
/// A task, a timer or a connection keeps the execution context that it was made in: the AsyncLocals of the request that happened to come first
/// would never be collected, and everything done later would be traced as part of that request.
/// </remarks>
internal static class Background
{
    /// <summary>Runs work on the thread pool, outside of the caller's execution context.</summary>
    public static Task Run(Func<Task> work)
    {
        using var _ = Suppress();
        return Task.Run(work);
    }

    /// <summary>Runs work on the thread pool, outside of the caller's execution context.</summary>
    public static Task<T> Run<T>(Func<Task<T>> work)
    {
        using var _ = Suppress();
        return Task.Run(work);
    }

    /// <summary>Begins work on this thread: the tasks and timers that it makes do not take the caller's execution context along.</summary>
    public static void Begin<TState>(TState state, Action<TState> action)
    {
        using var _ = Suppress();
        action(state);
    }

    private static AsyncFlowControl? Suppress() => ExecutionContext.IsFlowSuppressed() ? null : ExecutionContext.SuppressFlow();
}
