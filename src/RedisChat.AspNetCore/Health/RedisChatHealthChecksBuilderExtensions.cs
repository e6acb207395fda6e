using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Logging;

namespace RedisChat.AspNetCore;

/// <summary>Adds a chat to the host's health checks: <c>services.AddHealthChecks().AddRedisChat()</c>.</summary>
public static class RedisChatHealthChecksBuilderExtensions
{
    private static readonly TimeSpan DefaultTimeout = TimeSpan.FromSeconds(2);
    private static readonly string[] DefaultTags = ["ready"];

    /// <summary>Adds a check that really connects, writes, and delivers a live event: see <see cref="Chat.CheckHealthAsync(TimeSpan, CancellationToken)"/>.</summary>
    /// <remarks>
    /// <para>
    /// Healthy: everything works. Degraded: messages are stored and read, but live events do not arrive. Unhealthy: the store does not answer, or accepts no writes. The description names
    /// the step that failed and how long it took; the data has all steps. Neither has a password, a key or the text of an exception.
    /// </para>
    /// <para>
    /// This is a check of <b>readiness</b>. Do not let it decide whether the process is alive: an orchestrator would restart all nodes because Redis is down, which cures nothing, and loses every
    /// connection. Map liveness without the checks that have the tag: <c>app.MapHealthChecks("/health/live", new() { Predicate = check => !check.Tags.Contains("ready") })</c>.
    /// </para>
    /// </remarks>
    /// <param name="builder">The host's health checks.</param>
    /// <param name="name">The check's name.</param>
    /// <param name="serviceKey">The key of the chat, if it was added by <c>AddKeyedRedisChat</c>.</param>
    /// <param name="tags">The check's tags; <c>ready</c> if omitted.</param>
    /// <param name="timeout">How long the whole check may take; 2 seconds if omitted.</param>
    /// <returns>The same builder.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The timeout is not positive.</exception>
    public static IHealthChecksBuilder AddRedisChat(
        this IHealthChecksBuilder builder, string name = "redischat", string? serviceKey = null, IEnumerable<string>? tags = null, TimeSpan? timeout = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentException.ThrowIfNullOrEmpty(name);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(timeout ?? DefaultTimeout, TimeSpan.Zero, nameof(timeout));
        return builder.Add(new HealthCheckRegistration(
            name,
            services => new ChatHealthCheck(
                services.GetRequiredKeyedService<Chat>(serviceKey), timeout ?? DefaultTimeout, services.GetRequiredService<ILogger<ChatHealthCheck>>()),
            failureStatus: null,
            tags ?? DefaultTags));
    }
}
