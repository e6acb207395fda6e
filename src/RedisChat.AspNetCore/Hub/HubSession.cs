using Microsoft.AspNetCore.SignalR;

namespace RedisChat.AspNetCore;

/// <summary>One connection of the hub: its user, and the stream of what it has opened.</summary>
internal sealed class HubSession : IAsyncDisposable
{
    private readonly OpenStream _open;
    private readonly Task _delivery;

    public HubSession(ChatWeb web, ChatCaller caller, HubConnectionContext connection, HubCallerContext context)
    {
        (Web, Caller) = (web, caller);
        Stream = new ClientStream(web, caller, new HubSink(connection, web), context.ConnectionAborted);
        _open = web.Streams.Open(Stream, context.GetHttpContext(), context.Abort);
        _delivery = DeliverAsync(context);
    }

    public ChatWeb Web { get; }

    public ChatCaller Caller { get; }

    public ClientStream Stream { get; }

    /// <summary>Counts a request; the problem if there are too many.</summary>
    public ChatProblem? Count() => Web.Requests?.TryTake(Caller.User, out var wait) == false ? ChatProblem.TooManyRequests(wait) : null;

    public async ValueTask DisposeAsync()
    {
        _open.Dispose();
        await Stream.DisposeAsync().ConfigureAwait(false);
        await _delivery.ConfigureAwait(false);
    }

    private async Task DeliverAsync(HubCallerContext context)
    {
        if (!await Stream.RunAsync().ConfigureAwait(false))
        {
            WebLog.ClientCutOff(Web.Logger, Web.Options.WriteTimeout.TotalSeconds);
        }

        // It ends with its stream: nothing more would come.
        context.Abort();
    }
}
