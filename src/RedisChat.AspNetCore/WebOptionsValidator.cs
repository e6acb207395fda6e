using Microsoft.Extensions.Options;

namespace RedisChat.AspNetCore;

/// <summary>Checks the options when the host starts.</summary>
internal sealed class WebOptionsValidator : IValidateOptions<ChatWebOptions>
{
    public ValidateOptionsResult Validate(string? name, ChatWebOptions options)
    {
        var problems = new List<string>();
        Check(options.Heartbeat, 1, 300, nameof(options.Heartbeat));
        Check(options.WriteTimeout, 1, 300, nameof(options.WriteTimeout));
        Check(options.AccessInterval, 1, 3600, nameof(options.AccessInterval));
        CheckNumber(options.MaxCatchUp, 0, 10_000, nameof(options.MaxCatchUp));
        CheckNumber(options.MaxRoomsPerStream, 1, 10_000, nameof(options.MaxRoomsPerStream));
        CheckNumber(options.MaxStreamsPerUser, 1, 10_000, nameof(options.MaxStreamsPerUser));
        CheckNumber(options.MaxWritersPerUser, 1, 10_000, nameof(options.MaxWritersPerUser));
        Check(options.WritingTimeout, 1, 3600, nameof(options.WritingTimeout));
        CheckNumber(options.MaxBodyBytes, 1024, 16 * 1024 * 1024, nameof(options.MaxBodyBytes));
        if (options.RequestLimit is { } limit)
        {
            CheckNumber(limit.Burst, 1, 1_000_000, nameof(limit.Burst));
            CheckNumber(limit.PerSecond, 1, 1_000_000, nameof(limit.PerSecond));
        }

        foreach (var origin in options.AllowedOrigins)
        {
            if (!Uri.TryCreate(origin, UriKind.Absolute, out var uri) || uri.GetLeftPart(UriPartial.Authority) != origin)
            {
                problems.Add($"{nameof(options.AllowedOrigins)} must have origins like https://app.example.com, without a path.");
            }
        }

        return problems.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(problems);

        void Check(TimeSpan value, int least, int most, string property)
        {
            if (value < TimeSpan.FromSeconds(least) || value > TimeSpan.FromSeconds(most))
            {
                problems.Add($"{property} must be {least} to {most} seconds.");
            }
        }

        void CheckNumber(int value, int least, int most, string property)
        {
            if (value < least || value > most)
            {
                problems.Add($"{property} must be {least} to {most}.");
            }
        }
    }
}
