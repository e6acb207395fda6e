using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;

namespace RedisChat.Tests.Diagnostics;

/// <summary>A failed step of a health check has an error text that is safe to show; the log has the exception.</summary>
public sealed class ChatHealthStepTests
{
    private readonly FakeTimeProvider _time = new();
    private readonly LastLogger _logger = new();

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_step_that_succeeds_has_no_error_and_is_not_logged()
    {
        var step = await RunAsync(_ => Task.CompletedTask);

        (step.Works, step.Error, _logger.Logged).Should().Be((true, null, null));
    }

    [Fact]
    public async Task An_error_of_the_chat_is_shown()
    {
        var error = new ChatUnavailableException("Redis is not available.", new InvalidOperationException("secret-host:6379"));

        var step = await RunAsync(_ => throw error);

        (step.Works, step.Error).Should().Be((false, "Redis is not available."));
        _logger.Logged!.Value.Text.Should().Be("A step of the health check failed: write.");
        _logger.Logged.Value.Error.Should().BeSameAs(error);
    }

    [Fact]
    public async Task Any_other_error_is_logged_but_not_shown()
    {
        var error = new InvalidOperationException("secret-host:6379");

        var step = await RunAsync(_ => throw error);

        (step.Works, step.Error).Should().Be((false, "It failed with an unexpected error. The log has the exception."));
        _logger.Logged!.Value.Error.Should().BeSameAs(error);
    }

    [Fact]
    public async Task A_step_that_takes_too_long_says_how_long_it_had()
    {
        var running = RunAsync(token => Task.Delay(Timeout.Infinite, token));

        _time.Advance(TimeSpan.FromSeconds(1.5));

        (await running).Should().Be(new ChatHealthStep(false, TimeSpan.FromSeconds(1.5), "There was no answer within 1.5 s."));
    }

    [Fact]
    public async Task The_callers_cancellation_is_not_a_failed_step()
    {
        using var cancelled = CancellationTokenSource.CreateLinkedTokenSource(Cancelled);
        var running = RunAsync(token => Task.Delay(Timeout.Infinite, token), cancelled.Token);

        await cancelled.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);
    }

    private Task<ChatHealthStep> RunAsync(Func<CancellationToken, Task> attempt, CancellationToken cancellationToken = default) =>
        ChatHealthStep.TryAsync("write", _time, TimeSpan.FromSeconds(1.5), attempt, _logger, cancellationToken);

    private sealed class LastLogger : ILogger
    {
        public (string Text, Exception? Error)? Logged { get; private set; }

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            Logged = (formatter(state, exception), exception);
    }
}
