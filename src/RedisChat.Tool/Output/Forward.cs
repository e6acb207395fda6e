namespace RedisChat.Tool;

/// <summary>Passes each report on at once, on the thread that makes it. <see cref="Progress{T}"/> would do so later, and in any order.</summary>
internal sealed class Forward<T>(Action<T> receive) : IProgress<T>
{
    public void Report(T value) => receive(value);
}
