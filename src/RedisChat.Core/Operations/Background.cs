namespace RedisChat;

/// <summary>Starts work that outlives the call that starts it.</summary>
/// <remarks>
/// A task, a timer or a connection keeps the execution context in which it was created. The AsyncLocals of whichever request came first would never be
/// collected, and all later work would be traced as part of that request.
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

    /// <summary>Starts work on this thread. The tasks and timers that it creates do not capture the caller's execution context.</summary>
    public static void Begin<TState>(TState state, Action<TState> action)
    {
        using var _ = Suppress();
        action(state);
    }

    private static AsyncFlowControl? Suppress() => ExecutionContext.IsFlowSuppressed() ? null : ExecutionContext.SuppressFlow();
}
