using RedisChat;

namespace Snippets;

internal static class Members
{
    public static async Task RunAsync(Chat chat)
    {
        #region members
        var club = chat.Room("club");
        await club.Members.SetRoleAsync("olga", RoomRole.Owner, Actor.Application); // a user's id is an actor, too: "olga"
        await club.Rules.ChangeAsync("olga", rules => rules with
        {
            Everyone = RoomRights.None, // members only
            SlowMode = TimeSpan.FromSeconds(10),
        });

        await club.Members.InviteAsync("bob", "olga");
        await club.Members.JoinAsync("bob");
        await club.Members.SetRoleAsync("mia", RoomRole.Moderator, "olga");
        await club.Members.BanAsync("bob", "mia", duration: TimeSpan.FromDays(1), reason: "spam");

        try
        {
            await club.SendAsync("bob", "hello");
        }
        catch (ChatForbiddenException e) when (e.Reason == ForbiddenReason.Banned)
        {
            Console.WriteLine($"Try again in {e.RetryAfter}.");
        }

        // Ends with a ChatForbiddenException when bob loses the right to read.
        var stream = club.WatchAsync(new WatchOptions { As = "bob" });
        #endregion

        try
        {
            await stream.GetAsyncEnumerator().MoveNextAsync();
            throw new InvalidOperationException("A banned user can watch.");
        }
        catch (ChatForbiddenException)
        {
        }
    }
}
