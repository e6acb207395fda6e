using StackExchange.Redis;

namespace RedisChat.Redis;

/// <summary>Reads a configuration string. Its errors do not repeat it, since it may hold a password.</summary>
internal static class RedisConfiguration
{
    private const string Notation = "It is written like 'host:6379,user=name,password=secret,ssl=true'.";

    public static ConfigurationOptions Parse(string configuration)
    {
        ConfigurationOptions options;
        try
        {
            options = ConfigurationOptions.Parse(configuration);
        }
        catch (ArgumentException)
        {
            throw new ArgumentException($"The Redis configuration string is not valid. {Notation}", nameof(configuration));
        }

        CheckEndPoints(options, nameof(configuration));
        return options;
    }

    public static void CheckEndPoints(ConfigurationOptions options, string parameterName)
    {
        if (options.EndPoints.Count == 0)
        {
            throw new ArgumentException($"The Redis configuration names no host to connect to. {Notation}", parameterName);
        }
    }

    /// <summary>What is wrong with the string, as a sentence; <see langword="null"/> if nothing is.</summary>
    public static string? Problem(string configuration)
    {
        try
        {
            Parse(configuration);
            return null;
        }
        catch (ArgumentException)
        {
            return $"is not valid (and not shown, since it may hold a password). {Notation}";
        }
    }
}
