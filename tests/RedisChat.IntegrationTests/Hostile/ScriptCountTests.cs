using System.Globalization;
using StackExchange.Redis;

namespace RedisChat.IntegrationTests.Hostile;

/// <summary>User input is never part of a script: the server caches only the library's own scripts, under any load.</summary>
public sealed class ScriptCountTests
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_number_of_scripts_on_the_server_stays_the_same_under_any_load()
    {
        await using var redis = await RedisProcess.StartAsync();
        await using var admin = await redis.ConnectAsync();
        await using var store = new RedisMessageStore(ConfigurationOptions.Parse(redis.Configuration));
        var chat = new Chat(store);
        await UseAsync(chat, new Random(0));
        var scripts = await CountAsync(admin);
        scripts.Should().BeInRange(1, typeof(Chat).Assembly.GetManifestResourceNames().Count(name => name.EndsWith(".lua", StringComparison.Ordinal)));

        await Fuzz.RunAsync(async random =>
        {
            await UseAsync(chat, random);
            (await CountAsync(admin)).Should().Be(scripts);
        });

        await admin.GetServers()[0].ScriptFlushAsync();
        await UseAsync(chat, new Random(0));
        (await CountAsync(admin)).Should().BeInRange(1, scripts);
    }

    private static async Task UseAsync(Chat chat, Random random)
    {
        var (room, user) = ($"room {random.Next()}", random.Id());
        var batch = Enumerable.Range(0, random.Next(1, ChatLimits.MaxBatchSize + 1))
            .Select(n => new NewMessage(n % 3 == 0 ? user : random.Id(), random.Text())).ToList();
        await chat.SendManyAsync(room, batch, Cancelled);
        await chat.SendAsync(room, user, random.Text(), Cancelled);
        await chat.EditAsync(room, 1, user, random.Text(), Cancelled);
        await chat.DeleteAsync(room, 1, user, cancellationToken: Cancelled);
        await chat.ReceiveAsync(room, new MessageQuery { User = user }, Cancelled);
        await chat.ReadChangesAsync(room, RoomPosition.Start, cancellationToken: Cancelled);
    }

    private static async Task<int> CountAsync(ConnectionMultiplexer admin)
    {
        var memory = (string)(await admin.GetDatabase().ExecuteAsync("INFO", "memory"))!;
        var line = memory.Split("\r\n").First(line => line.StartsWith("number_of_cached_scripts:", StringComparison.Ordinal));
        return int.Parse(line.Split(':')[1], CultureInfo.InvariantCulture);
    }
}
