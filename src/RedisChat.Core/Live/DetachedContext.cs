namespace RedisChat;

/// <summary>
/// Begins what outlasts the call that begins it. It must not run in the execution context of that caller: it would keep the caller's AsyncLocals alive, and
/// what it does would be traced as a part of the caller's request.
/// </summary>
internal static class DetachedContext
{
    /// <summary>Runs an action whose tasks and timers do not take the caller's execution context along.</summary>
    public static void Run<TState>(TState state, Action<TState> action)
    {
        if (ExecutionContext.IsFlowSuppressed())
        {
            action(state);
            return;
        }

        using (ExecutionContext.SuppressFlow())
        {
            action(state);
        }
    }
}
