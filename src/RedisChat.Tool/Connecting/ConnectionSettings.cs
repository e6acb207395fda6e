using System.CommandLine;
using StackExchange.Redis;

namespace RedisChat.Tool.Connecting;

/// <summary>Where the chat is, and how to log in: from the command line and the environment. A password is never on the command line, where every user of the machine could read it.</summary>
/// <param name="Redis">How to connect.</param>
/// <param name="Prefix">The beginning of the chat's keys.</param>
internal sealed record ConnectionSettings(ConfigurationOptions Redis, string Prefix)
{
    private const string RedisVariable = "REDISCHAT_REDIS";
    private const string PasswordVariable = "REDISCHAT_REDIS_PASSWORD";
    private const string SourceVariable = "REDISCHAT_SOURCE";
    private const string SourcePasswordVariable = "REDISCHAT_SOURCE_PASSWORD";

    // A person is waiting. Both can be set in the configuration.
    private const int ConnectTimeoutMilliseconds = 2000;
    private const int ConnectRetries = 1;

    /// <summary>Reads them.</summary>
    /// <param name="arguments">The command line.</param>
    /// <param name="cancellationToken">Stops waiting for a password that is typed.</param>
    /// <exception cref="ToolException">They are missing or not valid.</exception>
    public static ConnectionSettings Read(ParseResult arguments, CancellationToken cancellationToken)
    {
        var given = arguments.GetValue(GlobalOptions.Redis);
        if (given is not null && Secrets.MayBeIn(given))
        {
            throw new ToolException(
                $"--redis must not contain a password: everyone on this machine can read the command line. Change the password if that matters. Put it in the environment variable {PasswordVariable}, "
                + "in a file for --password-file, or use --ask-password.");
        }

        var text = given ?? Environment.GetEnvironmentVariable(RedisVariable);
        if (string.IsNullOrWhiteSpace(text))
        {
            throw new ToolException($"No server is given. Use --redis host:6379, or set the environment variable {RedisVariable}.");
        }

        var redis = Parse(text, given is null ? $"The environment variable {RedisVariable}" : "--redis");
        var password = PasswordReader.Read(
            arguments.GetValue(GlobalOptions.PasswordFile), arguments.GetValue(GlobalOptions.AskPassword), Environment.GetEnvironmentVariable(PasswordVariable), cancellationToken);
        redis.Password = password ?? redis.Password;

        if (arguments.GetValue(GlobalOptions.Database) is { } database)
        {
            redis.DefaultDatabase = database >= 0 ? database : throw new ToolException("--database must be 0 or more.");
        }

        return new ConnectionSettings(redis, arguments.GetValue(GlobalOptions.Prefix)!);
    }

    /// <summary>Reads how to connect to other servers, whose rooms are read: as given, or from the environment; <see langword="null"/> if neither says.</summary>
    /// <param name="given">The value of <c>--source</c>, if it was given.</param>
    /// <exception cref="ToolException">It is not valid.</exception>
    public static ConfigurationOptions? ReadSource(string? given)
    {
        if (given is not null && Secrets.MayBeIn(given))
        {
            throw new ToolException($"--source must not contain a password: everyone on this machine can read the command line. Change the password if that matters. Put it in the environment variable {SourcePasswordVariable}.");
        }

        var text = given ?? Environment.GetEnvironmentVariable(SourceVariable);
        if (string.IsNullOrWhiteSpace(text))
        {
            return null;
        }

        var redis = Parse(text, given is null ? $"The environment variable {SourceVariable}" : "--source");
        redis.Password = Environment.GetEnvironmentVariable(SourcePasswordVariable) is { Length: > 0 } password ? password : redis.Password;
        return redis;
    }

    private static ConfigurationOptions Parse(string text, string source)
    {
        try
        {
            var redis = RedisConfiguration.Parse(text);
            redis.ClientName ??= "redischat";
            if (!text.Contains("connectTimeout", StringComparison.OrdinalIgnoreCase))
            {
                redis.ConnectTimeout = ConnectTimeoutMilliseconds;
            }

            if (!text.Contains("connectRetry", StringComparison.OrdinalIgnoreCase))
            {
                redis.ConnectRetry = ConnectRetries;
            }

            return redis;
        }
        catch (ArgumentException e)
        {
            throw new ToolException($"{source}: {Terminal.Explanation.Of(e)}", e);
        }
    }
}
