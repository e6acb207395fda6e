namespace RedisChat.Benchmarks.Delivery;

/// <summary>A way to get messages to many watchers.</summary>
internal interface IFanOut : IAsyncDisposable
{
    string Name { get; }

    /// <summary>Opens a new room and lets watchers begin; when it returns they all hear what is sent.</summary>
    Task<IFanOutRoom> OpenAsync(int watchers, Reception reception);
}

/// <summary>A room that is watched. Disposing it ends the watching.</summary>
internal interface IFanOutRoom : IAsyncDisposable
{
    /// <summary>Sends the message of a number, from 0.</summary>
    Task SendAsync(int number);
}
