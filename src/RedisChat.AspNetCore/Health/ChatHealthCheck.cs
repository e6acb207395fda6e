using System.Globalization;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Logging;

namespace RedisChat.AspNetCore;

/// <summary>Reports what <see cref="Chat.CheckHealthAsync(TimeSpan, CancellationToken)"/> finds. Everything in the result may be shown to anyone.</summary>
internal sealed class ChatHealthCheck(Chat chat, TimeSpan timeout, ILogger logger) : IHealthCheck
{
    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        ChatHealth health;
        try
        {
            health = await chat.CheckHealthAsync(timeout, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested)
        {
            // Its text may name hosts, and those who show health reports may show exceptions.
            WebLog.HealthCheckFailed(logger, e);
            return new HealthCheckResult(
                context.Registration.FailureStatus, e is NotSupportedException ? "The chat's store has no health check." : "The chat could not be checked. The log says more.");
        }

        var data = new Dictionary<string, object>();
        Add("connection", health.Connection);
        Add("write", health.Write);
        Add("live", health.Live);
        return health switch
        {
            { Connection.Works: false } => new HealthCheckResult(context.Registration.FailureStatus, Describe("The store does not answer", health.Connection), data: data),
            { Write.Works: false } => new HealthCheckResult(context.Registration.FailureStatus, Describe("The store accepts no writes", health.Write), data: data),
            { Live.Works: false } => HealthCheckResult.Degraded(Describe("Messages are stored, but live events do not arrive", health.Live), data: data),
            _ => HealthCheckResult.Healthy("The chat works.", data),
        };

        void Add(string name, ChatHealthStep step)
        {
            data.Add(name, step.Works ? "works" : step.Error ?? "failed");
            data.Add($"{name}.ms", Math.Round(step.Took.TotalMilliseconds, 1));
        }
    }

    private static string Describe(string what, ChatHealthStep step) =>
        string.Create(CultureInfo.InvariantCulture, $"{what} ({step.Took.TotalMilliseconds:0} ms). {step.Error}");
}
