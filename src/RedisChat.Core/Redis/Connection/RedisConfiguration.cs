using System.Globalization;
using System.Net;
using StackExchange.Redis;

namespace RedisChat;

/// <summary>
/// Reads the configuration strings that <c>AddRedisChat</c>, <c>UseRedis</c>, <see cref="RedisStoreOptions.Configuration"/> and the stores take.
/// Use it if you need the result itself, for instance to add a callback that validates certificates.
/// </summary>
/// <remarks>
/// <para>
/// A string is either a URI, <c>redis://user:password@host:6379/2</c>, or <c>rediss://…</c> for TLS; or a list in StackExchange.Redis's notation,
/// <c>host:6379,user=name,password=secret,ssl=true</c>, with all end points before the options.
/// </para>
/// <para>In a URI, percent-encode everything but letters and digits in the user and the password. The default port is 6379, the default database 0.</para>
/// <para>
/// The client library accepts nearly anything as a host name and repeats it in its errors, so a mistyped string could put a password into a log.
/// This parser therefore rejects anything that cannot be a host name, and no error repeats any part of the string.
/// </para>
/// </remarks>
public static class RedisConfiguration
{
    /// <summary>Stands in every error in place of the string, and says why it is not shown.</summary>
    internal const string NotShown = "(not shown because it may contain a password)";

    private const string Notation =
        "Write 'host:6379,user=name,password=secret,ssl=true' or 'redis://name:secret@host:6379/0', with rediss:// for TLS.";

    private const int DefaultPort = 6379;

    /// <summary>Reads a configuration string.</summary>
    /// <param name="configuration">The string.</param>
    /// <exception cref="ArgumentException">The string is not valid. The error says why, without repeating it.</exception>
    public static ConfigurationOptions Parse(string configuration)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(configuration);
        return TryParse(configuration, out var problem) ?? throw Invalid(problem!, nameof(configuration));
    }

    /// <summary>What is wrong with the string, as the rest of a sentence; <see langword="null"/> if it is valid.</summary>
    internal static string? Problem(string configuration) =>
        TryParse(configuration, out var problem) is null ? problem : null;

    /// <summary>Throws unless there is at least one end point and an error can safely repeat each of them.</summary>
    /// <exception cref="ArgumentException">There is no end point, or one has a name that no host can have.</exception>
    internal static void CheckEndPoints(ICollection<EndPoint> endPoints, string parameterName)
    {
        if (ProblemOf(endPoints) is { } problem)
        {
            throw Invalid(problem, parameterName);
        }
    }

    private static ArgumentException Invalid(string problem, string parameterName) => new($"The Redis configuration {NotShown} {problem}", parameterName);

    private static ConfigurationOptions? TryParse(string configuration, out string? problem)
    {
        var text = configuration.Trim();
        var schemeEnd = text.IndexOf("://", StringComparison.Ordinal);
        var options = schemeEnd > 0 && Uri.CheckSchemeName(text[..schemeEnd])
            ? TryParseUri(text, out problem)
            : TryParseList(text, out problem);
        problem ??= ProblemOf(options!.EndPoints);
        return problem is null ? options : null;
    }

    private static ConfigurationOptions? TryParseUri(string text, out string? problem)
    {
        if (!Uri.TryCreate(text, UriKind.Absolute, out var uri))
        {
            problem = "is not a valid URI. Percent-encode special characters in user and password: %40 for @, %3A for :, %2F for /, %23 for #, %3F for ?.";
            return null;
        }

        var path = uri.AbsolutePath.TrimStart('/');
        var database = 0;
        problem = uri switch
        {
            { Scheme: not ("redis" or "rediss") } => "has a scheme that is not supported. Use redis:// or, for TLS, rediss://.",
            { Host: "" } => $"names no host to connect to. {Notation}",
            { Query: not "" } or { Fragment: not "" } =>
                "has a query or a fragment, which are not supported. Percent-encode ? and # in user and password; set other options on what RedisConfiguration.Parse returns.",
            _ when path.Length > 0 && !int.TryParse(path, NumberStyles.None, CultureInfo.InvariantCulture, out database) =>
                "has a path that is not the number of a database. Percent-encode / in user and password as %2F.",
            { UserInfo: not "" and var user } when !user.Contains(':', StringComparison.Ordinal) =>
                "has a user without a password. Write redis://user:password@host, or redis://:password@host without a user.",
            _ => null,
        };
        if (problem is not null)
        {
            return null;
        }

        var options = new ConfigurationOptions { DefaultDatabase = path.Length > 0 ? database : null };
        options.EndPoints.Add(uri.IdnHost, uri.Port < 0 ? DefaultPort : uri.Port);
        if (uri.Scheme == "rediss")
        {
            options.Ssl = true;
        }

        if (uri.UserInfo.Split(':', 2) is [var name, var password])
        {
            options.User = name.Length > 0 ? Uri.UnescapeDataString(name) : null;
            options.Password = Uri.UnescapeDataString(password);
        }

        return options;
    }

    private static ConfigurationOptions? TryParseList(string text, out string? problem)
    {
        var parts = text.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        var endPoints = parts.Count(IsEndPoint);
        if (!parts.Take(endPoints).All(IsEndPoint))
        {
            problem = "names an end point after an option; a comma in a password looks the same. Put all end points first; write a password that has a "
                + "comma as a redis:// URI, with %2C for the comma, or in ConfigurationOptions.";
            return null;
        }

        if (Array.Exists(parts, part => part.Contains(';', StringComparison.Ordinal) && !IsPassword(part)))
        {
            problem = $"has a semicolon. Options are separated by commas. {Notation}";
            return null;
        }

        try
        {
            // The client library silently drops anything it cannot parse as an end point.
            problem = parts.Take(endPoints).Any(part => EndPointCollection.TryParse(part) is null) ? $"has an end point that is not valid. {Notation}" : null;
            return problem is null ? ConfigurationOptions.Parse(text) : null;
        }
        catch (Exception e) when (e is ArgumentException or FormatException or OverflowException)
        {
            // The client library's message repeats the part it could not parse.
            problem = $"is not valid. {Notation}";
            return null;
        }
    }

    private static string? ProblemOf(ICollection<EndPoint> endPoints) =>
        endPoints.Count == 0 ? $"names no host to connect to. {Notation}"
        : endPoints.Any(endPoint => endPoint is DnsEndPoint { Host: var host } && Uri.CheckHostName(host) == UriHostNameType.Unknown)
            ? $"has an end point whose name no host can have. {Notation}"
        : null;

    private static bool IsEndPoint(string part) => part.IndexOf('=', StringComparison.Ordinal) <= 0;

    private static bool IsPassword(string part) =>
        part.StartsWith("password=", StringComparison.OrdinalIgnoreCase) || part.StartsWith("sentinelPassword=", StringComparison.OrdinalIgnoreCase);
}
