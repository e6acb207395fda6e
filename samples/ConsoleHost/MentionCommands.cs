namespace RedisChat.ConsoleHost;

/// <summary>The command about mentions, and the mentions in what the user types.</summary>
/// <param name="room">The room.</param>
/// <param name="user">The user who types.</param>
/// <param name="printer">Prints what there is to say.</param>
internal sealed class MentionCommands(ChatRoom room, string user, Printer printer)
{
    public const string Help = "/mentions          the messages that mention you; @NAME in a text mentions a member, @moderators a role";

    private const int MostMembers = 1000;

    /// <summary>Finds the members, roles and, if the user may mention them, everyone in a text. Other names stay text.</summary>
    public async Task<MentionList> FindAsync(string text, CancellationToken cancellationToken)
    {
        if (!text.Contains('@'))
        {
            return [];
        }

        try
        {
            var members = await room.Members.ListAsync(limit: MostMembers, cancellationToken: cancellationToken);
            var rules = await room.Rules.GetAsync(cancellationToken);
            var rights = await room.Members.GetRightsAsync(user, cancellationToken);
            var search = new MentionSearch
            {
                Users = members.Members.ToDictionary(member => member.User, member => member.User),
                Roles = [.. rules.Roles.Select(role => role.Name)],
                Everyone = rights.HasFlag(RoomRights.MentionEveryone) ? "everyone" : null,
            };
            return [.. MentionFinder.Find(text, search).Select(found => found.Mention).Distinct().Take(ChatLimits.MaxMentions)];
        }
        catch (NotSupportedException)
        {
            // The classic layout has no members.
            return [];
        }
    }

    /// <summary>Shows the newest messages that mention the user.</summary>
    public async Task ListAsync(CancellationToken cancellationToken)
    {
        var unread = await room.ReadMarkers.GetUnreadMentionsAsync(user, cancellationToken);
        var page = await room.Mentions.ListAsync(user, limit: RoomView.DefaultCount, cancellationToken: cancellationToken);
        printer.Note(page.Messages.Count == 0 ? "Nobody has mentioned you." : $"{unread} unread.");
        foreach (var message in page.Messages)
        {
            printer.Message(message, own: false);
        }
    }
}
