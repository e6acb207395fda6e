using Microsoft.Extensions.Logging;

namespace RedisChat.Web.Tests;

/// <summary>Waits for an event in the log.</summary>
/// <param name="name">The event's name.</param>
internal sealed class AwaitedLog(string name) : ILoggerProvider, ILogger
{
    private readonly TaskCompletionSource _logged = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Task Logged => _logged.Task.WaitAsync(Limit.Token);

    public ILogger CreateLogger(string categoryName) => this;

    public bool IsEnabled(LogLevel logLevel) => true;

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        if (eventId.Name == name)
        {
            _logged.TrySetResult();
        }
    }

    public void Dispose()
    {
    }
}
