using RedisChat;

namespace Snippets;

internal static class Features
{
    public static async Task SendAsync(Chat chat)
    {
        #region send
        // A phone that lost our answer may send again: the message is stored once.
        var message = new NewMessage("alice", "on my way")
        {
            IdempotencyKey = "phone-7f3a",
            Metadata = new Dictionary<string, string> { ["lang"] = "en" },
        };
        var first = await chat.SendAsync("lobby", message);
        var again = await chat.SendAsync("lobby", message); // again.IsDuplicate, again.Id == first.Id

        // All or nothing, with no other message in between.
        await chat.SendManyAsync("lobby", [new NewMessage("alice", "one"), new NewMessage("alice", "two")]);
        #endregion

        Check(again.IsDuplicate && again.Id == first.Id);
    }

    public static async Task ReadAsync(Chat chat)
    {
        #region read
        var newest = await chat.ReceiveAsync("lobby", new MessageQuery { Limit = 20 });
        var older = newest.HasOlder
            ? await chat.ReceiveAsync("lobby", new MessageQuery { Before = newest.Messages[0].Id })
            : null;
        var ofAlice = await chat.ReceiveAsync("lobby", new MessageQuery { User = "alice" });

        await foreach (var message in chat.ReceiveAllAsync("lobby"))
        {
            Console.WriteLine(message.Text); // the whole history, oldest first
        }
        #endregion

        Check(ofAlice.Messages.All(message => message.User == "alice") && older?.Messages.Count != 0);
    }

    public static async Task ChangeAsync(Chat chat)
    {
        var id = (await chat.SendAsync("lobby", "alice", "helo")).Id;

        #region change
        var edited = await chat.EditAsync("lobby", id, "alice", "hello"); // null: there is no such message
        var deleted = await chat.DeleteAsync("lobby", id, Actor.Application, reason: "spam"); // false: it was already gone
        #endregion

        Check(edited?.Text == "hello" && deleted);
    }

    public static async Task SendDurablyAsync(Chat chat)
    {
        #region durable
        try
        {
            await chat.SendAsync("lobby", new NewMessage("alice", "I agree"), Durability.Replicated(2, TimeSpan.FromSeconds(2)));
        }
        catch (ChatDurabilityException e)
        {
            Console.WriteLine($"Message {e.Receipts[0].Id} is stored, but not known to be on all replicas.");
        }
        #endregion
    }

    public static async Task InspectAsync(IServerInspection servers)
    {
        #region inspect
        var inspection = await servers.InspectServerAsync(patience: TimeSpan.FromSeconds(5)); // IServerInspection, injected
        foreach (var finding in inspection.Findings) // the worst first
        {
            Console.WriteLine($"{finding.Severity}: {finding.What} {finding.Why} {finding.Command}");
        }
        #endregion

        Check(inspection.Servers.Count > 0);
    }

    private static void Check(bool holds)
    {
        if (!holds)
        {
            throw new InvalidOperationException("A snippet did not do what the README says.");
        }
    }
}
