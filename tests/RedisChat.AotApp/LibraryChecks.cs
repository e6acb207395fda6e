using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace RedisChat.AotApp;

/// <summary>Scripts, options, messages and their JSON: everything in the library that native code without reflection could break.</summary>
internal static class LibraryChecks
{
    public static async Task RunAsync(string configuration)
    {
        // A unique room, so that the program can run against a server in use.
        var room = $"aot-{Guid.NewGuid():N}";

        await using var services = new ServiceCollection().AddRedisChat(configuration).Services.BuildServiceProvider();
        var chat = services.GetRequiredService<Chat>();

        // The source generator binds options, without reflection.
        var options = new ChatOptions();
        new ConfigurationBuilder().AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["MaxTextBytes"] = "100",
            ["OperationTimeout"] = "00:00:07",
            ["Durability:Replicas"] = "2",
            ["Durability:Timeout"] = "00:00:03",
            ["Reactions:MaxKinds"] = "5",
        }).Build().Bind(options);
        Checks.That(options is { MaxTextBytes: 100, OperationTimeout.TotalSeconds: 7, Reactions.MaxKinds: 5 }, "the options are bound");
        Checks.That(options.Durability is { Replicas: 2, Timeout.TotalSeconds: 3 }, "the durability is bound");

        // Metadata and an idempotency key go through the hand-written JSON and the append script.
        var message = new NewMessage("alice", "hello") { Metadata = new Dictionary<string, string> { ["lang"] = "en" }, IdempotencyKey = "1" };
        var receipt = await chat.SendAsync(room, message);
        var repeated = await chat.SendAsync(room, message);
        Checks.That(receipt.Id == 1 && !receipt.IsDuplicate, "the first message is number 1");
        Checks.That(repeated.Id == 1 && repeated.IsDuplicate, "the same idempotency key gives the first receipt");

        var page = await chat.ReceiveAsync(room);
        Checks.That(page.Messages is [{ Id: 1, User: "alice", Text: "hello", Version: 1, EditedAt: null }], "the message is received as sent");
        Checks.That(page.Messages[0].Metadata["lang"] == "en", "its metadata is received as sent");
        Checks.That((await chat.ReceiveAsync(room, new MessageQuery { User = "bob" })).Messages.Count == 0, "bob wrote nothing");

        var edited = await chat.EditAsync(room, 1, "alice", "hi");
        Checks.That(edited is { Text: "hi", Version: 2, EditedAt: not null }, "the edit is returned");
        Checks.That((await chat.GetAsync(room, 1)) == edited, "the edit is stored");

        Checks.That(await chat.DeleteAsync(room, 1, "alice"), "the message is deleted");
        Checks.That(!await chat.DeleteAsync(room, 1, "alice"), "deleting again is false");
        Checks.That((await chat.ReceiveAsync(room)).Messages.Count == 0, "the room is empty");

        // JSON: there is no reflection to fall back on.
        await chat.SendManyAsync(room, [message with { IdempotencyKey = null }, new NewMessage("bob", "👋")]);
        var health = await chat.CheckHealthAsync();
        Checks.That(health.IsHealthy, "the chat is healthy");
        var json = ChatJsonContext.Default;
        CheckJson(receipt, json.MessageReceipt);
        CheckJson(message, json.NewMessage);
        CheckJson(new MessageQuery { After = 0, User = "bob" }, json.MessageQuery);
        CheckJson(await chat.ReceiveAsync(room), json.MessagePage);
        CheckJson(edited!, json.Message);
        CheckJson(page.Position, json.RoomPosition);
        CheckJson(await chat.ReadChangesAsync(room, receipt.Position), json.RoomChanges);
        CheckJson(health, json.ChatHealth);
        CheckJson(await services.GetRequiredService<IServerInspection>().InspectServerAsync(TimeSpan.FromSeconds(5)), json.ServerInspection);
        RoomEvent[] events =
        [
            new RoomEvent.Created(edited!, page.Position), new RoomEvent.Edited(edited!, page.Position), new RoomEvent.Deleted(1, page.Position),
            new RoomEvent.Gap(page.Position), new RoomEvent.CaughtUp(page.Position),
        ];
        foreach (var happened in events)
        {
            CheckJson(happened, json.RoomEvent);
            Checks.That(JsonSerializer.Deserialize(JsonSerializer.Serialize(happened, json.RoomEvent), json.RoomEvent) == happened, $"{happened.GetType().Name} is read back");
        }

        Checks.That(JsonSerializer.Deserialize("""{"user":"alice","text":"hi"}""", json.NewMessage) is { Metadata.Count: 0 }, "metadata left out is empty");
        Checks.That(JsonSerializer.Deserialize("{}", json.MessageQuery) == MessageQuery.Newest, "an empty query asks for the newest page");

        // The context of another assembly sees only public members.
        var answer = new Answer(await chat.ReceiveAsync(room), events, MessageQuery.Newest, receipt);
        CheckJson(answer, OwnContext.Default.Answer);
        Checks.That(JsonSerializer.Deserialize("""{"query":{"before":7}}""", OwnContext.Default.Answer)!.Query is { Before: 7, Limit: MessageQuery.DefaultLimit }, "the default of a page holds");
        try
        {
            await chat.SendAsync(room, "alice", "");
            Checks.That(false, "an empty text is refused");
        }
        catch (ChatInputException e)
        {
            Checks.That(e.ParamName == "message.Text", "the error names the text");
        }
    }

    private static void CheckJson<T>(T value, JsonTypeInfo<T> type)
    {
        var json = JsonSerializer.Serialize(value, type);
        Checks.That(JsonSerializer.Serialize(JsonSerializer.Deserialize(json, type)!, type) == json, $"{typeof(T).Name} comes back from JSON as it was: {json}");
    }
}
