using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using RedisChat;
using RedisChat.ConsoleHost;
using RedisChat.Search.Sqlite;
using RedisChat.Terminal;
using StackExchange.Redis;

Console.OutputEncoding = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false);
var printer = Printer.ForConsole();
try
{
    var options = ConsoleOptions.Parse(args);
    if (options.Help)
    {
        Console.WriteLine(ConsoleOptions.Usage);
        return 0;
    }

    using var server = options.InMemory || options.Redis is not null
        ? null
        : await LocalServer.FindOrStartAsync(options.Port, options.DataDirectory);
    if (server is null && options.DataDirectory is not null)
    {
        printer.Error($"Another process runs the server on port {options.Port}: --data has no effect.");
    }

    using var index = new IndexFile(options.DataDirectory);
    using var host = BuildHost(options, index);
    await host.StartAsync();
    var leaving = host.Services.GetRequiredService<IHostApplicationLifetime>().ApplicationStopping;
    var isTyped = !Console.IsInputRedirected && !Console.IsOutputRedirected;
    var chat = host.Services.GetRequiredService<Chat>();
    var isNew = true;
    ChatRoom? room = chat.Room(options.Room);
    try
    {
        while (room is not null)
        {
            using var session = new ChatSession(chat, room, options.User, printer, Console.In, isTyped);
            if (!await session.OpenAsync(leaving))
            {
                return 1;
            }

            if (isNew && !Console.IsInputRedirected)
            {
                Greet();
            }

            isNew = false;
            room = await session.RunAsync(leaving);
        }
    }
    catch (OperationCanceledException) when (leaving.IsCancellationRequested)
    {
        // Ctrl+C is one of the ways to leave.
    }

    await host.StopAsync();
    return 0;

    void Greet()
    {
        printer.Note($"You are {options.User} in {options.Room}. Type to send; /help lists the commands.");
        if (options.Classic)
        {
            printer.Note("The classic layout cannot be watched: /history shows what others wrote.");
        }

        if (server is not null)
        {
            printer.Note($"This chat runs the server, on port {server.Port}: it ends with this chat.");
        }
    }
}
catch (StartupException e)
{
    printer.Error(e.Message);
    return 1;
}

static IHost BuildHost(ConsoleOptions options, IndexFile index)
{
    // The empty builder reads no configuration files from the current directory, and logs nothing between the messages.
    var builder = Host.CreateEmptyApplicationBuilder(settings: null);
    var chat = builder.Services.AddRedisChat().Configure(settings => settings.OperationTimeout = TimeSpan.FromSeconds(10));
    try
    {
        _ = options.InMemory
            ? chat.UseInMemory()
            : chat.UseRedis(Configuration(options.Redis ?? $"127.0.0.1:{options.Port}"));
    }
    catch (ArgumentException e)
    {
        throw new StartupException($"--redis: {Explanation.Of(e)}", e);
    }

    if (options.Classic)
    {
        chat.UseClassicLayout();
    }
    else
    {
        chat.AddSqliteMessageIndex(index.Path);
    }

    return builder.Build();
}

static ConfigurationOptions Configuration(string redis)
{
    // A person is waiting, so the program gives up sooner unless the user says otherwise.
    var configuration = RedisConfiguration.Parse(redis);
    if (!redis.Contains("connectTimeout", StringComparison.OrdinalIgnoreCase))
    {
        configuration.ConnectTimeout = 2000;
    }

    if (!redis.Contains("connectRetry", StringComparison.OrdinalIgnoreCase))
    {
        configuration.ConnectRetry = 1;
    }

    return configuration;
}
