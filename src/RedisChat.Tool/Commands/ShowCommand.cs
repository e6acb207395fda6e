using System.CommandLine;
using System.Globalization;

namespace RedisChat.Tool.Commands;

/// <summary>Shows one room: its settings, rules, members, counts and position, and a page of its messages.</summary>
internal sealed class ShowCommand : ToolCommand
{
    private const int ListedMembers = 20;

    private readonly Argument<string> _room = CommonOptions.Room();
    private readonly Option<long?> _before = CommonOptions.OptionalNumber("--before", "Only messages with a lower id.", 1, ChatLimits.MaxMessageId);
    private readonly Option<int> _limit = CommonOptions.Number("--limit", "How many messages: the newest ones.", 20, 1, ChatLimits.MaxPageSize);

    public ShowCommand()
        : base("show", "Shows a room, or a thread: settings, members, counts, position, and its newest messages.")
    {
        Arguments.Add(_room);
        Options.Add(_before);
        Options.Add(_limit);
    }

    public override async Task<int> RunAsync(ToolContext context, CancellationToken cancellationToken)
    {
        await using var chat = context.Connect();
        var room = chat.Chat.Room(context.Require(_room));
        RoomInfo? info = null;
        if (room.ThreadId is null)
        {
            info = await chat.Chat.Rooms.GetInfoAsync(room.Id, cancellationToken);
            if (!info.Exists)
            {
                throw new ToolException(info.IsBeingDeleted
                    ? $"The room '{room.Id}' is being deleted or imported. 'redischat import' or 'migrate' continues an interrupted import, 'redischat delete-room' an interrupted deletion."
                    : $"There is no room '{room.Id}'.");
            }
        }

        var members = await room.Members.ListAsync(limit: ListedMembers, cancellationToken: cancellationToken);
        var page = await room.ReceiveAsync(new MessageQuery(context.Get(_limit)) { Before = context.Get(_before) }, cancellationToken);
        await chat.RequireKeysAsync(room, page, cancellationToken);
        if (context.IsJson)
        {
            context.Output.Json(new RoomDocument(room.Id, info, members, page), ToolJsonContext.Default.RoomDocument);
        }
        else
        {
            Print(context, room.Id, info, members, page);
        }

        return ExitCode.Done;
    }

    private static void Print(ToolContext context, string room, RoomInfo? info, MemberPage members, MessagePage page)
    {
        context.Output.Line(info?.About is { Name.Length: > 0 } about ? $"{room}: {about.Name}" : room);
        Field("topic", info?.About?.Topic);
        Field("metadata", info?.About is { Metadata.Count: > 0 } described ? string.Join(", ", described.Metadata.Select(entry => $"{entry.Key}={entry.Value}")) : null);
        Field("expiry", info?.About?.MessagesExpireAfter is { } life ? $"messages expire after {DurationText.Format(life)}" : null);
        Field("retention", info?.About?.Retention is { } retention ? Policy(retention) : null);
        Field("rules", info is null || info.Rules == RuleSet.Open ? null : Texts.Of(info.Rules));
        Field("messages", info is null ? null : string.Create(
            CultureInfo.InvariantCulture, $"{info.Messages:N0}{(info.LastMessageAt is { } last ? $", the last is #{info.LastMessageId} of {Texts.Of(last)}" : "")}"));
        Field(info is null ? "followers" : "members", members.Members.Count == 0
            ? "none"
            : $"{(info is null ? "" : $"{info.Members.ToString("N0", CultureInfo.InvariantCulture)}: ")}{string.Join(", ", members.Members.Select(member => $"{member.User} ({member.Role})"))}{(members.Cursor is null ? "" : ", …")}");
        Field("position", page.Position.ToString());
        if (page.Messages.Count > 0)
        {
            context.Output.Line("");
        }

        foreach (var message in page.Messages)
        {
            context.Output.Line(Texts.Of(message));
            if (page.Reactions.TryGetValue(message.Id, out var reactions))
            {
                context.Output.Line($"    {string.Join("  ", reactions.Select(reaction => $"{reaction.Emoji} {reaction.Count}"))}", Tone.Faint);
            }

            if (page.Threads.TryGetValue(message.Id, out var thread))
            {
                context.Output.Line($"    thread: {(thread.Count == 1 ? "1 reply" : $"{thread.Count} replies")} by {string.Join(", ", thread.Participants)}", Tone.Faint);
            }
        }

        if (page.Unreadable.Count > 0)
        {
            var ids = string.Join(", ", page.Unreadable.Select(message => message.Id is { } id ? $"#{id}" : "one without a number"));
            context.Output.Line($"{page.Unreadable.Count} of these could not be read and are left out: {ids}.", Tone.Bad);
        }

        if (page.HasOlder)
        {
            context.Output.Note($"There are older ones: --before {page.Messages[0].Id}");
        }

        void Field(string name, string? value)
        {
            if (!string.IsNullOrEmpty(value))
            {
                context.Output.Line($"  {name + ":",-11} {value}");
            }
        }
    }

    private static string Policy(RetentionPolicy policy)
    {
        string?[] parts = [policy.MaxAge is { } age ? $"for {DurationText.Format(age)}" : null, policy.MaxMessages is { } most ? $"the newest {Texts.Count(most, "message")}" : null];
        return policy == RetentionPolicy.Everything ? "keeps everything" : $"keeps messages {string.Join(", at most ", parts.OfType<string>())}";
    }
}
