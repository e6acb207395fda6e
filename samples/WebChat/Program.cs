using Microsoft.AspNetCore.Authentication.Cookies;
using RedisChat;
using RedisChat.AspNetCore;
using RedisChat.ConsoleHost;
using RedisChat.Search.Sqlite;
using RedisChat.WebChat;
using RedisChat.WebChat.Files;
using RedisChat.WebChat.Previews;

if (args is ["--help" or "-h" or "-?", ..])
{
    Console.WriteLine(WebChatSettings.Usage);
    return 0;
}

try
{
    var builder = WebApplication.CreateBuilder(new WebApplicationOptions { Args = args, ContentRootPath = AppContext.BaseDirectory });
    builder.Logging.AddFilter("Microsoft", LogLevel.Warning);
    var settings = WebChatSettings.Read(builder.Configuration);

    // Without --redis the first node on this machine starts a server, and the others find it.
    using var server = settings.Redis is null ? await LocalServer.FindOrStartAsync(settings.Port, settings.DataDirectory) : null;
    var redis = settings.Redis ?? $"127.0.0.1:{settings.Port}";

    // Each node has an index of its own, of all rooms.
    using var index = new IndexFile(settings.DataDirectory);
    builder.Services.AddRedisChat(redis)
        .AddSqliteMessageIndex(index.Path)
        .AddIndexFeeder(options => options.DiscoveryInterval = TimeSpan.FromSeconds(2))
        .ConfigureRedis(options => options.KeyPrefix = settings.Prefix)
        .AddFiles(settings)
        .AddPreviews(settings)
        .Configure(options => options.KeptVersions = 10)
        .AddScheduleSender()
        .AddWeb(options => settings.Nodes.ToList().ForEach(options.AllowedOrigins.Add));

    if (settings.Bot is not null)
    {
        builder.Services.AddSingleton(settings).AddHostedService<DemoBot>();
    }

    builder.Services.AddSharedKeyRing(redis, settings);
    builder.Services.AddHealthChecks().AddRedisChat();
    builder.Services.AddAuthentication(CookieAuthenticationDefaults.AuthenticationScheme).AddCookie(options =>
    {
        options.Cookie.Name = "webchat";
        options.Cookie.SameSite = SameSiteMode.Strict;
    });

    await using var app = builder.Build();
    app.UsePageHeaders(settings);
    app.UseDefaultFiles();
    app.UseStaticFiles();
    app.UseCors();
    app.UseAuthentication();

    app.MapRedisChat("/chat");
    app.MapRedisChatHub("/chat/hub"); // for clients that speak SignalR; the page does not need it
    app.MapSignIn(settings);
    app.MapFiles();
    app.MapHealthChecks("/health/ready");
    app.MapGet("/settings", () => new { nodes = settings.Nodes });

    await app.StartAsync();
    await FirstRoom.CreateAsync(app.Services.GetRequiredService<Chat>());
    Console.WriteLine($"Open {string.Join(" or ", app.Urls)} in a browser, and again in a private window to be someone else. Ctrl+C ends this node.");
    Console.WriteLine(server is not null ? $"The server is embedded: --redis {redis} starts a second node on it." : settings.Redis is null ? $"The server is the one on port {settings.Port}." : "The server is the one of --redis.");
    await app.WaitForShutdownAsync();
    return 0;
}
catch (Exception e) when (e is StartupException or IOException or ArgumentException)
{
    await Console.Error.WriteLineAsync(e.Message);
    return 1;
}
