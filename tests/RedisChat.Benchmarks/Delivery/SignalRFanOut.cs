using Microsoft.AspNetCore.Http.Connections;
using Microsoft.AspNetCore.SignalR.Client;
using RedisChat.Benchmarks.Ratios;
using RedisChat.Benchmarks.Servers;

namespace RedisChat.Benchmarks.Delivery;

/// <summary>
/// SignalR with its Redis backplane: one client sends through a server, the watchers are connected to another one. It pays for two more processes and for
/// WebSockets, which the others do not: it goes on to the users, where the others end in the process that serves them. So the ratio
/// says what a message costs up to there, not that SignalR is slow at what it is for.
/// </summary>
internal sealed class SignalRFanOut : IFanOut
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly RunContext _run;
    private readonly List<HubConnection> _watchers = [];
    private readonly List<ChildProcess> _servers = [];
    private HubConnection _sender = null!;

    private SignalRFanOut(RunContext run) => _run = run;

    public string Name => "SignalR backplane";

    public static async Task<SignalRFanOut> ConnectAsync(RunContext run, int watchers)
    {
        var fanOut = new SignalRFanOut(run);
        try
        {
            var addresses = await Task.WhenAll(fanOut.StartServerAsync(), fanOut.StartServerAsync());
            fanOut._sender = Connection(addresses[0]);
            await fanOut._sender.StartAsync(run.Ending);
            for (var i = 0; i < watchers; i++)
            {
                var watcher = Connection(addresses[1]);
                fanOut._watchers.Add(watcher);
                await watcher.StartAsync(run.Ending);
            }

            return fanOut;
        }
        catch
        {
            await fanOut.DisposeAsync();
            throw;
        }
    }

    public async Task<IFanOutRoom> OpenAsync(int watchers, Reception reception)
    {
        var room = _run.NewName();
        var subscriptions = _watchers.Take(watchers).Select((connection, watcher) => connection.On<string, string, long>(
            "message", (_, text, published) => reception.Received(watcher, reception.IsNumbered ? FanOutText.NumberOf(text) : 0, published))).ToArray();
        await Task.WhenAll(_watchers.Take(watchers).Select(connection => connection.InvokeAsync("Join", room)));
        return new Room(this, room, watchers, subscriptions);
    }

    public async ValueTask DisposeAsync()
    {
        // A failed shutdown must not keep the servers alive.
        try
        {
            await Task.WhenAll(_watchers.Prepend(_sender).Where(connection => connection is not null).Select(connection => connection.DisposeAsync().AsTask()))
                .WaitAsync(Patience);
        }
        finally
        {
            foreach (var server in _servers)
            {
                await server.DisposeAsync();
            }
        }
    }

    private async Task<string> StartServerAsync()
    {
        var server = ChildProcess.StartSelf(_run.Configuration, SignalRServer.Verb, $"{_run.Prefix}:signalr");
        lock (_servers)
        {
            _servers.Add(server);
        }

        var address = await server.Output.ReadLineAsync(_run.Ending).AsTask().WaitAsync(Patience);
        return address ?? throw new InvalidOperationException("The SignalR server ended before it served.");
    }

    private static HubConnection Connection(string address) => new HubConnectionBuilder()
        .WithUrl(address + SignalRServer.Path, options =>
        {
            options.Transports = HttpTransportType.WebSockets;
            options.SkipNegotiation = true;
        })
        .Build();

    private sealed class Room(SignalRFanOut owner, string name, int watchers, IDisposable[] subscriptions) : IFanOutRoom
    {
        // Returns when the server has published it.
        public Task SendAsync(int number) => owner._sender.InvokeAsync("Send", name, "alice", FanOutText.Of(number));

        public async ValueTask DisposeAsync()
        {
            await Task.WhenAll(owner._watchers.Take(watchers).Select(connection => connection.InvokeAsync("Leave", name)));
            foreach (var subscription in subscriptions)
            {
                subscription.Dispose();
            }
        }
    }
}
