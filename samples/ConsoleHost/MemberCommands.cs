using System.Globalization;

namespace RedisChat.ConsoleHost;

/// <summary>The commands about members and rules.</summary>
/// <param name="room">The room.</param>
/// <param name="user">The user who types.</param>
/// <param name="printer">Prints what there is to say.</param>
internal sealed class MemberCommands(ChatRoom room, string user, Printer printer)
{
    public const string Help = """
        /join              become a member; /leave ends that
        /who               the members, and who is banned
        /claim             become the owner of a room that has none
        /invite USER       invite a user
        /remove USER       remove a member
        /role USER ROLE    give a user a role: owner, moderator, member, reader
        /ban USER [MIN]    ban a user, for a time or until /unban USER
        /mute USER [MIN]   mute a user, for a time or until /unmute USER
        /slow SECONDS      a message of each user every so many seconds; 0 for no limit
        /members-only      only members may read and send; /open lets everyone in again
        """;

    public static readonly string[] Usages =
    [
        "/invite USER", "/remove USER", "/role USER ROLE", "/ban USER [MINUTES]", "/unban USER", "/mute USER [MINUTES]", "/unmute USER", "/slow SECONDS",
    ];

    private RoomMembers Members => room.Members;

    /// <summary>Runs a command; <see langword="false"/> if there is no such command, or it is not written like this.</summary>
    public async Task<bool> RunAsync(string command, string first, string second, CancellationToken cancellationToken)
    {
        switch (command)
        {
            case "/join":
                Show(await Members.JoinAsync(user, cancellationToken));
                return true;
            case "/leave":
                Show(await Members.LeaveAsync(user, cancellationToken));
                return true;
            case "/who":
                await WhoAsync(cancellationToken);
                return true;
            case "/claim":
                await ClaimAsync(cancellationToken);
                return true;
            case "/invite" when first.Length > 0:
                Show(await Members.InviteAsync(first, user, cancellationToken: cancellationToken));
                return true;
            case "/remove" when first.Length > 0:
                Show(await Members.RemoveAsync(first, user, cancellationToken: cancellationToken));
                return true;
            case "/role" when second.Length > 0:
                Show(await Members.SetRoleAsync(first, second, user, cancellationToken: cancellationToken));
                return true;
            case "/ban" when first.Length > 0 && TryParseMinutes(second, out var time):
                Show(await Members.BanAsync(first, user, time, cancellationToken: cancellationToken));
                return true;
            case "/unban" when first.Length > 0:
                Show(await Members.UnbanAsync(first, user, cancellationToken: cancellationToken));
                return true;
            case "/mute" when first.Length > 0 && TryParseMinutes(second, out var time):
                Show(await Members.MuteAsync(first, user, time, cancellationToken: cancellationToken));
                return true;
            case "/unmute" when first.Length > 0:
                Show(await Members.UnmuteAsync(first, user, cancellationToken: cancellationToken));
                return true;
            case "/slow" when double.TryParse(first, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var seconds):
                Show(await room.Rules.ChangeAsync(user, rules => rules with { SlowMode = TimeSpan.FromMilliseconds(Math.Round(seconds * 1000)) }, cancellationToken));
                return true;
            case "/members-only":
                Show(await room.Rules.ChangeAsync(user, rules => rules with { Everyone = RoomRights.None }, cancellationToken));
                return true;
            case "/open":
                Show(await room.Rules.ChangeAsync(user, rules => rules with { Everyone = RuleSet.OpenToEveryone }, cancellationToken));
                return true;
            default:
                return false;
        }
    }

    /// <summary>Shows what others changed.</summary>
    public void Show(RoomEvent happened)
    {
        switch (happened)
        {
            case RoomEvent.MemberChanged { Member: var member } changed when changed.By != user && !(changed.By is null && member.User == user):
                Show(member, changed.By is { } by && by != member.User ? $" ({by})" : "");
                break;
            case RoomEvent.RulesChanged { Rules: var rules } changed when changed.By != user:
                Show(rules);
                break;
        }
    }

    private void Show(RoomMember member, string by = "")
    {
        var now = DateTimeOffset.UtcNow;
        var state = member switch
        {
            { Ban: { } ban } when ban.IsInForce(now) => $"is banned{Until(ban)}",
            { Mute: { } mute } when mute.IsInForce(now) => $"is muted{Until(mute)}",
            { Role: { } role } => $"is here as {role}",
            { Invitation: { } invitation } => $"is invited as {invitation.Role}",
            _ => "is not a member",
        };
        printer.Note($"{member.User} {state}{by}.");
    }

    private void Show(RuleSet rules) => printer.Note(
        (rules.Everyone.HasFlag(RoomRights.Read) ? "The room is open to everyone" : "The room is for members only")
        + (rules.SlowMode > TimeSpan.Zero ? string.Create(CultureInfo.InvariantCulture, $", in slow mode: a message every {rules.SlowMode.TotalSeconds:0.###} s.") : "."));

    private async Task WhoAsync(CancellationToken cancellationToken)
    {
        var found = new List<RoomMember>();
        foreach (var filter in new[] { MemberFilter.Members, MemberFilter.Invited, MemberFilter.Banned })
        {
            found.AddRange((await Members.ListAsync(filter, cancellationToken: cancellationToken)).Members.OrderBy(member => member.User, StringComparer.Ordinal));
        }

        found.ForEach(member => Show(member));
        if (found.Count == 0)
        {
            printer.Note("Nobody has joined. Anyone can write here without joining.");
        }
    }

    // In a real application, its own users and rights decide this.
    private async Task ClaimAsync(CancellationToken cancellationToken)
    {
        string? cursor = null;
        do
        {
            var page = await Members.ListAsync(cursor: cursor, cancellationToken: cancellationToken);
            if (page.Members.FirstOrDefault(member => member.Role == RoomRole.Owner) is { } owner)
            {
                printer.Note($"The room belongs to {owner.User}.");
                return;
            }

            cursor = page.Cursor;
        }
        while (cursor is not null);
        Show(await Members.SetRoleAsync(user, RoomRole.Owner, Actor.Application, cancellationToken: cancellationToken));
    }

    private static string Until(Restriction restriction) =>
        restriction.Until is { } end ? string.Create(CultureInfo.InvariantCulture, $" until {TimeZoneInfo.ConvertTime(end, TimeZoneInfo.Local):yyyy-MM-dd HH:mm:ss}") : "";

    private static bool TryParseMinutes(string text, out TimeSpan? time)
    {
        time = null;
        if (text.Length == 0)
        {
            return true;
        }

        var isNumber = double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var minutes) && minutes is > 0 and < 1e6;
        time = isNumber ? TimeSpan.FromMinutes(minutes) : null;
        return isNumber;
    }
}
