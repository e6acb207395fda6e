using System.Net;

namespace RedisChat.IntegrationTests;

/// <summary>A proxy that sees each command of a client before the server does. The derived class decides which ones pass, and when.</summary>
internal abstract class CommandProxy<TLine>(EndPoint server) : Proxy<TLine>(server)
    where TLine : ProxyLine, new()
{
    /// <summary>Whether to pass a command now. The next one of its connection waits for the decision; those of other connections do not.</summary>
    protected abstract ValueTask<bool> PassesAsync(TLine line, RespMessage command);

    protected sealed override async Task PassRequestsAsync(TLine line)
    {
        await foreach (var command in RespMessage.ReadAllAsync(line.Client, End))
        {
            if (await PassesAsync(line, command))
            {
                await line.Server.WriteAsync(command.Bytes, End);
            }
        }
    }

    protected override Task PassAnswersAsync(TLine line) => line.Server.CopyToAsync(line.Client, End);
}
