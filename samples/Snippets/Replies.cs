using RedisChat;

namespace Snippets;

/// <summary>README, "Reply".</summary>
internal static class Replies
{
    public static async Task ReplyAsync(Chat chat)
    {
        var id = (await chat.SendAsync("plans", "alice", "pizza tonight?")).Id;

        #region reply
        var reply = await chat.SendAsync("plans", new NewMessage("bob", "yes!") { ReplyTo = id });

        // A page contains what its replies refer to, even if that is months old.
        var page = await chat.ReceiveAsync("plans", new MessageQuery { After = id });
        foreach (var message in page.Messages)
        {
            var parent = message.ReplyTo is { } parentId ? page.Parents[parentId] : null;
            Console.WriteLine($"{(parent is { IsDeleted: true } ? "(deleted)" : parent?.Message?.Text)} > {message.Text}"); // pizza tonight? > yes!
        }
        #endregion

        if (page.Messages is not [{ Text: "yes!" } only] || only.Id != reply.Id || page.Parents[id].Message?.Text != "pizza tonight?")
        {
            throw new InvalidOperationException("The replies are not what the README says.");
        }
    }
}
