using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.SignalR;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using RedisChat.AspNetCore;
using StackExchange.Redis;

namespace RedisChat.Benchmarks.Web.Nodes;

/// <summary>A web application that serves the chat, or a plain hub behind a Redis backplane, in its own process: the benchmark program started again.</summary>
internal static class WebNode
{
    public const string Verb = "web-node";

    /// <summary>The node that serves <c>AddWeb</c>.</summary>
    public const string Chat = "chat";

    /// <summary>The node that serves a hub with groups, which stores nothing.</summary>
    public const string Plain = "plain";

    public const string Path = "/chat";
    public const string HubPath = "/chat/hub";

    /// <summary>Prints its address to standard output, and serves until its standard input is closed.</summary>
    public static async Task<int> RunAsync(string[] arguments)
    {
        if (arguments is not [(Chat or Plain) and var kind, var prefix] || await Console.In.ReadLineAsync() is not { } redis)
        {
            return 2;
        }

        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Services.AddAuthentication(QueryAuthentication.SchemeName)
            .AddScheme<AuthenticationSchemeOptions, QueryAuthentication>(QueryAuthentication.SchemeName, null);
        builder.Services.AddAuthorization();

        // The clients only listen, because they share the processors with the node.
        builder.Services.Configure<HubOptions>(options => options.ClientTimeoutInterval = TimeSpan.FromHours(1));
        if (kind == Chat)
        {
            builder.Services.AddRedisChat(redis).ConfigureRedis(options => options.KeyPrefix = prefix).AddWeb();
        }
        else
        {
            builder.Services.AddPlainHub(redis, prefix);
        }

        var app = builder.Build();
        app.UseAuthentication();
        app.UseAuthorization();
        if (kind == Chat)
        {
            app.MapRedisChat(Path).RequireAuthorization();
            app.MapRedisChatHub(HubPath).RequireAuthorization();
        }
        else
        {
            app.MapHub<Delivery.ChatHub>(HubPath).RequireAuthorization();
        }

        await app.StartAsync();
        Console.WriteLine(app.Urls.Single());
        await Console.In.ReadToEndAsync();

        // Without saying goodbye to its connections: the run is over.
        return 0;
    }

    /// <summary>The hub of the SignalR tutorials, behind a Redis backplane. Also for the process that only sends.</summary>
    public static void AddPlainHub(this IServiceCollection services, string redis, string prefix) =>
        services.AddSignalR().AddStackExchangeRedis(redis, options => options.Configuration.ChannelPrefix = RedisChannel.Literal($"{prefix}:plain:"));
}
