using System.Net.Http.Json;
using System.Security.Claims;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using Microsoft.AspNetCore.SignalR.Client;
using RedisChat;
using RedisChat.AspNetCore;

// Endpoints, an event stream and the hub in native code: everything that a reflection-free serializer or binder could break.
var builder = WebApplication.CreateSlimBuilder();
builder.WebHost.UseUrls("http://127.0.0.1:0");
builder.Services.AddRedisChat(args[0]).ConfigureRedis(redis => redis.KeyPrefix = $"aot-{Guid.NewGuid():N}").AddWeb().AddAccess<HeaderAccess>();
await using var app = builder.Build();
app.Use((http, next) =>
{
    http.User = new ClaimsPrincipal(new ClaimsIdentity([new Claim("name", http.Request.Headers["X-User"].ToString())], "header"));
    return next(http);
});
app.MapRedisChat("/chat");
app.MapRedisChatHub("/chat/hub");
await app.StartAsync();
var address = new Uri($"{app.Urls.Single()}/chat/");

using var client = new HttpClient { BaseAddress = address };
client.DefaultRequestHeaders.Add("X-User", "alice");
using var stream = new StreamReader(await client.GetStreamAsync("rooms/lobby/events"));
await ReadToAsync("caughtUp");

await using var hub = new HubConnectionBuilder()
    .WithUrl(new Uri(address, "hub"), options => options.Headers["X-User"] = "bob")
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
await caughtUp.Task.WaitAsync(TimeSpan.FromSeconds(30));

using var sent = await client.PostAsync("rooms/lobby/messages", new StringContent("""{"text":"hello"}""", null, "application/json"));
var receipt = await sent.EnsureSuccessStatusCode().Content.ReadFromJsonAsync(ChatJsonContext.Default.MessageReceipt);
var line = await ReadToAsync("created");
var page = await client.GetFromJsonAsync("rooms/lobby/messages", ChatJsonContext.Default.MessagePage);
var answer = await hub.InvokeAsync<MessagePage>("GetMessages", "lobby", new PageRequest());
var live = await received.Task.WaitAsync(TimeSpan.FromSeconds(30));

// Written part by part, by a request and over the hub.
using var request = await client.PostAsync("rooms/lobby/writing", new StringContent("word by word", null, "text/plain"));
var written = await request.EnsureSuccessStatusCode().Content.ReadFromJsonAsync(ChatJsonContext.Default.Message);
var streamed = await hub.InvokeAsync<Message>("Write", "lobby", new SendRequest { Text = "" }, PartsAsync());

var isWhole = written!.Text == "word by word" && streamed.Text == "part by part" && line.Contains("hello", StringComparison.Ordinal) && page!.Messages.Single().Id == receipt!.Id
    && answer.Messages.Single().Text == "hello" && ((RoomEvent.Created)live.Event).Message.Text == "hello";
Console.WriteLine(isWhole ? "The web package works in native code." : $"Wrong: {line} {page} {answer} {live} {written} {streamed}");
return isWhole ? 0 : 1;

static async IAsyncEnumerable<string> PartsAsync()
{
    foreach (var part in (string[])["part ", "by ", "part"])
    {
        await Task.Yield();
        yield return part;
    }
}

async Task<string> ReadToAsync(string kind)
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

/// <summary>The user is the name in the header.</summary>
internal sealed class HeaderAccess : IChatAccess
{
    public ValueTask<string?> GetUserIdAsync(ClaimsPrincipal principal, CancellationToken cancellationToken = default) =>
        new(principal.FindFirst("name")?.Value is { Length: > 0 } name ? name : null);
}

/// <summary>The JSON of what the client sends to the hub.</summary>
[JsonSourceGenerationOptions(JsonSerializerDefaults.Web)]
[JsonSerializable(typeof(OpenRoomRequest))]
[JsonSerializable(typeof(PageRequest))]
[JsonSerializable(typeof(SendRequest))]
[JsonSerializable(typeof(string))]
internal sealed partial class RequestContext : JsonSerializerContext;
