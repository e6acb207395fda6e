using RedisChat;

namespace Snippets;

/// <summary>README, "Drafts".</summary>
internal static class Drafts
{
    public static async Task RunAsync(Chat chat)
    {
        #region drafts
        var drafts = chat.User("carol").Drafts;
        await drafts.SaveAsync("book club", "I would rather"); // at each pause in typing
        var draft = await drafts.GetAsync("book club"); // on another device; WatchAsync streams the changes
        await drafts.DiscardAsync("book club"); // when the message was sent
        #endregion

        if (draft?.Text != "I would rather" || await drafts.GetAsync("book club") is not null)
        {
            throw new InvalidOperationException("Drafts are not what the README says.");
        }
    }
}
