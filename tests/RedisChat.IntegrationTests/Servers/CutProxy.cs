using System.Net;

namespace RedisChat.IntegrationTests;

/// <summary>
/// A proxy in front of a server that passes a number of commands and nothing after them. To the server it is as if the client had been killed between two of
/// its commands.
/// </summary>
/// <param name="server">The server.</param>
/// <param name="keyPrefix">Only commands that name a key with this prefix count, and <c>SCAN</c>.</param>
internal sealed class CutProxy(EndPoint server, string keyPrefix) : CommandProxy<ProxyLine>(server)
{
    private readonly TaskCompletionSource _cut = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _left = int.MaxValue;

    /// <summary>Completes when a command was not passed.</summary>
    public Task Cut => _cut.Task;

    /// <summary>From now on, passes so many commands and no more.</summary>
    public void CutAfter(int commands)
    {
        lock (Gate)
        {
            _left = commands;
        }
    }

    protected override ValueTask<bool> PassesAsync(ProxyLine line, RespMessage command)
    {
        lock (Gate)
        {
            if (!_cut.Task.IsCompleted && (command.Words[0] == "SCAN" || command.Names(keyPrefix)) && _left-- == 0)
            {
                _cut.TrySetResult();
            }

            return new(!_cut.Task.IsCompleted);
        }
    }
}
