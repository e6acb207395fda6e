namespace RedisChat.Benchmarks.Web.Clients;

/// <summary>What becomes of the messages that clients receive. Called by many clients at once.</summary>
internal interface IReceiver
{
    /// <summary>A client has received a message.</summary>
    /// <param name="client">The client's number.</param>
    /// <param name="published">When it was published, in µs since 1970.</param>
    /// <param name="now">When it was received, likewise.</param>
    void Received(int client, long published, long now);

    /// <summary>A client's connection has failed.</summary>
    void Failed(Exception error);
}
