namespace RedisChat.AspNetCore;

/// <summary>Metadata of an endpoint: how it is subject to <see cref="ChatWebOptions.RequestLimit"/>.</summary>
internal sealed class RequestCounting
{
    private RequestCounting()
    {
    }

    /// <summary>Every request is counted. This is so without metadata.</summary>
    public static RequestCounting Always { get; } = new();

    /// <summary>Above the limit, the endpoint itself decides by <see cref="ChatCall.Refusal"/>.</summary>
    public static RequestCounting UnlessRepeated { get; } = new();

    /// <summary>No request is counted: event streams have limits of their own.</summary>
    public static RequestCounting Never { get; } = new();
}
