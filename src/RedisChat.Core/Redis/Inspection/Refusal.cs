using StackExchange.Redis;

namespace RedisChat.Redis;

/// <summary>Why a command was not answered.</summary>
/// <param name="By">What refused it.</param>
/// <param name="Words">The message of the server or the client library.</param>
internal sealed record Refusal(RefusedBy By, string Words)
{
    /// <summary>The refusal behind an exception; <see langword="null"/> if the exception is not a refusal.</summary>
    public static Refusal? From(Exception error) => error switch
    {
        RedisCommandException => new Refusal(RefusedBy.Client, error.Message),
        RedisServerException when MissingRight.From(error) is not null => new Refusal(RefusedBy.Rights, error.Message),
        RedisServerException => new Refusal(RefusedBy.Server, error.Message),
        _ => null,
    };
}
