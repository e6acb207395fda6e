#if NET10_0_OR_GREATER
using RedisChat.Conformance;
using StackExchange.Redis;

namespace RedisChat.IntegrationTests.Faults;

/// <summary>Random conversations leave what the in-memory store says while one fault after the other hits the server and the network.</summary>
public sealed class ConversationFaultTests(ConversationFaultTests.Servers servers) : ConversationModelTests(servers), IClassFixture<ConversationFaultTests.Servers>
{
    private static readonly IReadOnlyList<Fault<SingleServer>> Faults =
    [
        .. new[]
        {
            "kill -9 and restart, AOF always",
            "answers lost after they were applied",
            "connections reset",
            "CLIENT KILL TYPE normal",
            "SCRIPT FLUSH",
            "maxmemory reached",
            "BUSY with another's script",
            "server frozen for 5 s",
            "connections into a black hole",
        }.Select(name => SingleServerFaults.All.Single(fault => fault.Name == name)),
    ];

    private Task _fault = Task.CompletedTask;

    protected override bool LosesAnswers => true;

    protected override async Task BeforeStepAsync(int number)
    {
        var (next, rest) = Math.DivRem(number, Steps / (Faults.Count + 1));
        if (rest == 0 && next <= Faults.Count)
        {
            // The steps go on while a fault lasts.
            await _fault;
            var (fault, scene) = (Faults[next - 1], new FaultScene<SingleServer>(servers.Server, null!, new Random(number)));
            await fault.BeginAsync(scene);
            _fault = EndAsync(fault, scene);
        }

        if (number == Steps)
        {
            await _fault;
        }
    }

    private static async Task EndAsync(Fault<SingleServer> fault, FaultScene<SingleServer> scene)
    {
        await Task.Delay(fault.Lasts, Cancelled);
        if (fault.EndAsync is not null)
        {
            await fault.EndAsync(scene);
        }
    }

    /// <summary>A server that can be broken, and stores on it.</summary>
    public sealed class Servers : StoreFactory, IAsyncLifetime
    {
        internal SingleServer Server { get; private set; } = null!;

        public override IMessageStore Open() => new RedisMessageStore(ConfigurationOptions.Parse(Server.Configuration), new RedisStoreOptions { SealAfter = 1 });

        public async ValueTask InitializeAsync() => Server = await SingleServer.StartAsync(SingleServer.AofAlways);

        public ValueTask DisposeAsync() => Server.DisposeAsync();
    }
}
#endif
