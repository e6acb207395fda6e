using RedisChat;

namespace Snippets;

/// <summary>README, "Mention".</summary>
internal static class Mentions
{
    public static async Task MentionAsync(Chat chat)
    {
        var room = chat.Room("office");
        foreach (var user in new[] { "u-17", "alice", "bob" })
        {
            await room.Members.JoinAsync(user);
        }

        #region mention
        // Your own user interface may know whom a text means. This finds the names in it.
        const string Text = "@Ann Lee can you help? Or one of the @moderators";
        var search = new MentionSearch { Users = new Dictionary<string, string> { ["Ann Lee"] = "u-17" }, Roles = [RoomRole.Moderator] };
        var found = MentionFinder.Find(Text, search);
        var sent = await room.SendAsync(new NewMessage("alice", Text) { Mentions = [.. found.Select(mention => mention.Mention)] });

        var unread = await room.ReadMarkers.GetUnreadMentionsAsync("u-17"); // 1; chat.User("u-17").Inbox has it for each room, and the sum
        var page = await room.Mentions.ListAsync("u-17"); // newest first

        await room.EditAsync(sent.Id, "alice", new MessageEdit("Bob, can you help?") { Mentions = [Mention.User("bob")] });
        #endregion

        if (unread != 1 || page.Messages.Count != 1 || await room.ReadMarkers.GetUnreadMentionsAsync("u-17") != 0 || await chat.User("bob").Inbox.CountUnreadMentionsAsync() != 1)
        {
            throw new InvalidOperationException("The mentions are not what the README says.");
        }
    }
}
