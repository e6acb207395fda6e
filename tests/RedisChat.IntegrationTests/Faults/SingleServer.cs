namespace RedisChat.IntegrationTests.Faults;

/// <summary>One server behind a network that can be broken.</summary>
internal sealed class SingleServer : IDeployment
{
    public static readonly string[] AofAlways = ["--appendonly", "yes", "--appendfsync", "always"];
    public static readonly string[] AofEverySecond = ["--appendonly", "yes", "--appendfsync", "everysec"];
    public static readonly string[] NotPersistent = [];

    private RawRedis? _admin;

    private SingleServer(RedisProcess server)
    {
        Server = server;
        Network = new FaultProxy(server.Port);
    }

    public string Configuration => Network.Configuration;

    public RedisProcess Server { get; }

    public FaultProxy Network { get; }

    public static Task<SingleServer> StartAsync(string[] arguments) => StartAsync(new RedisSetup { Arguments = arguments });

    public static async Task<SingleServer> StartAsync(RedisSetup setup)
    {
        var server = new SingleServer(await RedisProcess.StartAsync(setup));
        await server.ConnectAsync();
        return server;
    }

    public Task<string> AskAsync(string command) => _admin!.AskAsync(command);

    public Task KillAsync() => Server.KillAsync();

    public async Task RestartAsync()
    {
        await Server.StartAgainAsync();
        await ConnectAsync();
    }

    public async ValueTask DisposeAsync()
    {
        _admin?.Dispose();
        await Network.DisposeAsync();
        await Server.DisposeAsync();
    }

    private async Task ConnectAsync()
    {
        _admin?.Dispose();
        _admin = await RawRedis.ConnectAsync(Server.Port);
    }
}
