namespace RedisChat;

/// <summary>Starts work that outlives the call that starts it.</summary>
/// <remarks>
/// A task, a timer or a connection keeps the execution context in which it was created. The AsyncLocals of whichever request came first would never be
/// collected, and all later work would be traced as part of that request.
/// </remarks>
internal static class Background
{
    private static readonly ExecutionContext Empty = CaptureEmpty();

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

    /// <summary>Starts work on this thread, outside of the caller's execution context. Allocates nothing.</summary>
    public static void Begin<TState>(TState state, Action<TState> action)
    {
        if (ExecutionContext.Capture() is not { } caller)
        {
            // The caller has suppressed the flow already.
            action(state);
            return;
        }

        ExecutionContext.Restore(Empty);
        try
        {
            action(state);
        }
        finally
        {
            ExecutionContext.Restore(caller);
        }
    }

    // Nothing gives the empty context to those who run in another one, but a new thread has it.
    private static ExecutionContext CaptureEmpty()
    {
        ExecutionContext? empty = null;
        var thread = new Thread(() => empty = ExecutionContext.Capture());
        thread.UnsafeStart();
        thread.Join();
        return empty!;
    }

    private static AsyncFlowControl? Suppress() => ExecutionContext.IsFlowSuppressed() ? null : ExecutionContext.SuppressFlow();
}
