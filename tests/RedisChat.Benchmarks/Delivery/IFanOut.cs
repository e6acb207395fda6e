namespace RedisChat.Benchmarks.Delivery;

/// <summary>A way to get messages to many watchers.</summary>
internal interface IFanOut : IAsyncDisposable
{
    string Name { get; }

    /// <summary>Opens a new room and starts its watchers; when it returns, all of them receive messages.</summary>
    Task<IFanOutRoom> OpenAsync(int watchers, Reception reception);
}

/// <summary>A watched room. Disposing it ends its watchers.</summary>
internal interface IFanOutRoom : IAsyncDisposable
{
    /// <summary>Sends the message of a number, from 0.</summary>
    Task SendAsync(int number);
}
