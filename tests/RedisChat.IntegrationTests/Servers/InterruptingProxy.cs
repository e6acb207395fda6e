using System.Net;

namespace RedisChat.IntegrationTests;

/// <summary>A proxy in front of a server that lets something else happen before it passes a command.</summary>
/// <param name="server">The server.</param>
internal sealed class InterruptingProxy(EndPoint server) : CommandProxy<ProxyLine>(server)
{
    private (Func<List<string>, bool> Command, Func<Task> Act)? _next;

    /// <summary>Whether what was to happen has begun to happen.</summary>
    public bool IsDone
    {
        get
        {
            lock (Gate)
            {
                return _next is null;
            }
        }
    }

    /// <summary>Lets something happen before the next command of a kind is passed. Commands of other connections are passed meanwhile.</summary>
    /// <param name="command">Whether it is this command, by its words.</param>
    /// <param name="act">What happens.</param>
    public void Before(Func<List<string>, bool> command, Func<Task> act)
    {
        lock (Gate)
        {
            _next = (command, act);
        }
    }

    /// <summary>Cuts all connections before the next command of a kind is passed. New ones work.</summary>
    /// <param name="command">Whether it is this command, by its words.</param>
    public void CutBefore(Func<List<string>, bool> command) => Before(command, () =>
    {
        CutLines();
        return Task.CompletedTask;
    });

    protected override async ValueTask<bool> PassesAsync(ProxyLine line, RespMessage command)
    {
        if (TakeIf(command.Words) is { } act)
        {
            await act();
        }

        return true;
    }

    private Func<Task>? TakeIf(List<string> words)
    {
        lock (Gate)
        {
            if (_next is not { } next || !next.Command(words))
            {
                return null;
            }

            _next = null;
            return next.Act;
        }
    }
}
