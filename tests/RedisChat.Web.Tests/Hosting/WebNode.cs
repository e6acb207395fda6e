using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using RedisChat.AspNetCore;
using RedisChat.IntegrationTests;

namespace RedisChat.Web.Tests;

/// <summary>A web application with a chat, on Kestrel and a free loopback port.</summary>
internal sealed class WebNode : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly List<HttpClient> _clients = [];

    private WebNode(WebApplication app) => _app = app;

    /// <summary>Where the chat is served.</summary>
    public Uri Address { get; private set; } = null!;

    public Chat Chat => _app.Services.GetRequiredService<Chat>();

    public IServiceProvider Services => _app.Services;

    public IChatAccess Access => _app.Services.GetRequiredService<IChatAccess>();

    /// <summary>Starts a node.</summary>
    /// <param name="redis">The chat's Redis; <see langword="null"/> for a chat in memory.</param>
    /// <param name="prefix">The prefix of its keys.</param>
    /// <param name="web">Sets web options.</param>
    /// <param name="chat">Configures the chat.</param>
    /// <param name="services">Adds services.</param>
    /// <param name="map">Maps further endpoints.</param>
    /// <param name="environment">The host's environment; production by default.</param>
    /// <param name="isCors">Whether the host answers pages of other origins.</param>
    public static async Task<WebNode> StartAsync(
        string? redis,
        string prefix,
        Action<ChatWebOptions>? web = null,
        Action<IRedisChatBuilder>? chat = null,
        Action<IServiceCollection>? services = null,
        Action<WebApplication>? map = null,
        string? environment = null,
        bool isCors = false)
    {
        var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions { EnvironmentName = environment });
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        builder.Services.AddAuthentication(HeaderAuthentication.SchemeName)
            .AddScheme<AuthenticationSchemeOptions, HeaderAuthentication>(HeaderAuthentication.SchemeName, null);
        builder.Services.AddAuthorization();
        var added = redis is null ? builder.Services.AddRedisChat().UseInMemory() : builder.Services.AddRedisChat(redis);
        added.ConfigureRedis(options => options.KeyPrefix = prefix).AddWeb(web);
        chat?.Invoke(added);
        services?.Invoke(builder.Services);

        var app = builder.Build();
        if (isCors)
        {
            app.UseCors();
        }

        app.UseAuthentication();
        app.UseAuthorization();
        app.MapRedisChat("/chat").RequireAuthorization();
        app.MapRedisChatHub("/chat/hub").RequireAuthorization();
        map?.Invoke(app);
        await app.StartAsync();
        var address = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single();
        return new WebNode(app) { Address = new Uri($"{address}/chat/") };
    }

    /// <summary>A client that is signed in as a user; anonymous for <see langword="null"/>.</summary>
    public HttpClient As(string? user)
    {
        var client = new HttpClient { BaseAddress = Address };
        if (user is not null)
        {
            client.DefaultRequestHeaders.Add(HeaderAuthentication.Header, Uri.EscapeDataString(user));
        }

        _clients.Add(client);
        return client;
    }

    /// <summary>An anonymous client that shows redirects.</summary>
    public HttpClient WithoutRedirects()
    {
        var client = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false }) { BaseAddress = Address };
        _clients.Add(client);
        return client;
    }

    /// <summary>Shuts the node down as a deployment does, and returns when it is down.</summary>
    public Task StopAsync() => _app.StopAsync();

    public async ValueTask DisposeAsync()
    {
        _clients.ForEach(client => client.Dispose());
        await _app.DisposeAsync();
    }
}
