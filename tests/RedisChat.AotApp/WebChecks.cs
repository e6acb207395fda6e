using System.Net.Http.Json;
using System.Security.Claims;
using System.Text.Json.Serialization.Metadata;
using Microsoft.AspNetCore.SignalR.Client;
using RedisChat.AspNetCore;

namespace RedisChat.AotApp;

/// <summary>Endpoints, an event stream and the hub: everything in the web package that native code without reflection could break.</summary>
internal static class WebChecks
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    public static async Task RunAsync(string configuration)
    {
        await using var app = await StartAsync(configuration);
        var address = new Uri($"{app.Urls.Single()}/chat/");
        using var client = new HttpClient { BaseAddress = address };
        client.DefaultRequestHeaders.Add(HeaderAccess.Header, "alice");
        using var stream = new StreamReader(await client.GetStreamAsync("rooms/lobby/events"));
        await ReadToAsync(stream, "caughtUp");

        await using var hub = new HubConnectionBuilder()
            .WithUrl(new Uri(address, "hub"), options => options.Headers[HeaderAccess.Header] = "bob")
            .AddJsonProtocol(json => json.PayloadSerializerOptions.TypeInfoResolver = JsonTypeInfoResolver.Combine(ChatJsonContext.Default, RequestContext.Default))
            .Build();
        var (caughtUp, received) = (new TaskCompletionSource(), new TaskCompletionSource<WatchedRoomEvent>());
        hub.On<WatchedRoomEvent>(nameof(IChatHubClient.Event), happened =>
        {
            if (happened.Event is RoomEvent.CaughtUp)
            {
                caughtUp.TrySetResult();
            }
            else if (happened.Event is RoomEvent.Created)
            {
                received.TrySetResult(happened);
            }
        });
        await hub.StartAsync();
        await hub.InvokeAsync("Open", new OpenRoomRequest("lobby"));

        // Without a position, events are received from this one on: it comes a moment after the call has returned.
        await caughtUp.Task.WaitAsync(Patience);

        using var sent = await client.PostAsync("rooms/lobby/messages", new StringContent("""{"text":"hello"}""", null, "application/json"));
        var receipt = await sent.EnsureSuccessStatusCode().Content.ReadFromJsonAsync(ChatJsonContext.Default.MessageReceipt);
        Checks.That((await ReadToAsync(stream, "created")).Contains("hello", StringComparison.Ordinal), "the stream has the message");
        var page = await client.GetFromJsonAsync("rooms/lobby/messages", ChatJsonContext.Default.MessagePage);
        Checks.That(page!.Messages.Single().Id == receipt!.Id, "the page of a request has the message");
        Checks.That((await hub.InvokeAsync<MessagePage>("GetMessages", "lobby", new PageRequest())).Messages.Single().Text == "hello", "the page of the hub has the message");
        Checks.That((await received.Task.WaitAsync(Patience)).Event is RoomEvent.Created { Message.Text: "hello" }, "the hub has the event");

        using var request = await client.PostAsync("rooms/lobby/writing", new StringContent("word by word", null, "text/plain"));
        var written = await request.EnsureSuccessStatusCode().Content.ReadFromJsonAsync(ChatJsonContext.Default.Message);
        Checks.That(written!.Text == "word by word", "a message is written by a request");
        Checks.That((await hub.InvokeAsync<Message>("Write", "lobby", new SendRequest { Text = "" }, PartsAsync())).Text == "part by part", "a message is written over the hub, part by part");
    }

    private static async Task<WebApplication> StartAsync(string configuration)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Services.AddRedisChat(configuration).ConfigureRedis(redis => redis.KeyPrefix = $"aot-{Guid.NewGuid():N}").AddWeb().AddAccess<HeaderAccess>();
        var app = builder.Build();
        app.Use((http, next) =>
        {
            http.User = new ClaimsPrincipal(new ClaimsIdentity([new Claim(HeaderAccess.Claim, http.Request.Headers[HeaderAccess.Header].ToString())], "header"));
            return next(http);
        });
        app.MapRedisChat("/chat");
        app.MapRedisChatHub("/chat/hub");
        await app.StartAsync();
        return app;
    }

    private static async IAsyncEnumerable<string> PartsAsync()
    {
        foreach (var part in (string[])["part ", "by ", "part"])
        {
            await Task.Yield();
            yield return part;
        }
    }

    private static async Task<string> ReadToAsync(StreamReader stream, string kind)
    {
        while (await stream.ReadLineAsync() is { } read)
        {
            if (read.Contains($"\"kind\":\"{kind}\"", StringComparison.Ordinal))
            {
                return read;
            }
        }

        throw new InvalidOperationException("The stream ended.");
    }
}
