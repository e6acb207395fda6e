namespace RedisChat.AspNetCore;

/// <summary>An entry of <see cref="OpenStreams"/>.</summary>
/// <param name="streams">Where it is.</param>
/// <param name="id">Its id: not to be guessed.</param>
/// <param name="stream">The stream.</param>
/// <param name="abort">Cuts its connection.</param>
/// <param name="expires">When its user must be authenticated again.</param>
internal sealed class OpenStream(OpenStreams streams, string id, ClientStream stream, Action abort, DateTimeOffset? expires) : IDisposable
{
    public string Id => id;

    public ClientStream Stream => stream;

    public DateTimeOffset? Expires => expires;

    public void Abort() => abort();

    public void Dispose() => streams.Close(this);
}
