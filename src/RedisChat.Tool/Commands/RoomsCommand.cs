using System.CommandLine;
using System.Runtime.CompilerServices;
using RedisChat.Tool.Connecting;

namespace RedisChat.Tool.Commands;

/// <summary>Lists all rooms, or those of the directory.</summary>
internal sealed class RoomsCommand : ToolCommand
{
    private const string ByName = "name";
    private const string ByActivity = "activity";

    private readonly Option<bool> _withSettings = new("--with-settings") { Description = "Only rooms with settings (a name or a topic, for example): read from a list, without a search." };
    private readonly Option<string?> _order = new("--order") { Description = "With --with-settings: name (the default), or activity: the last message first.", HelpName = "order" };
    private readonly Option<string?> _match = new("--match") { Description = "Only rooms whose id, name or topic contains this text, in any case.", HelpName = "text" };
    private readonly Option<bool> _archived = new("--archived") { Description = "Only archived (read-only) rooms." };
    private readonly Option<TimeSpan?> _inactive = CommonOptions.Duration("--inactive", "Only rooms without a message for this long: 90d, 12h, 30m.");
    private readonly Option<long?> _limit = CommonOptions.OptionalNumber("--limit", "How many rooms, at most twice as many with a filter. All if omitted.", 1, int.MaxValue);
    private readonly Option<string?> _cursor = new("--cursor") { Description = "Where to continue: what a list with --limit ended with.", HelpName = "cursor" };

    public RoomsCommand()
        : base("rooms", "Lists all rooms that exist, in the order of their ids. They are found by a search of the servers' keys.")
    {
        _order.AcceptOnlyFromAmong(ByName, ByActivity);
        foreach (Option option in (Option[])[_withSettings, _order, _match, _archived, _inactive, _limit, _cursor])
        {
            Options.Add(option);
        }
    }

    public override async Task<int> RunAsync(ToolContext context, CancellationToken cancellationToken)
    {
        if (context.Get(_order) is not null && !context.Get(_withSettings))
        {
            throw new ToolException("--order is for rooms with settings: add --with-settings. All rooms are listed in the order of their ids.");
        }

        await using var chat = context.Connect();
        var (limit, shown, isEmpty, exitCode) = (context.Get(_limit) ?? long.MaxValue, 0L, true, ExitCode.Done);
        var size = (int)Math.Min(limit, ChatLimits.MaxPageSize);
        var (rooms, broken) = (new List<RoomInfo>(), new List<string>());
        await foreach (var page in PagesAsync(context, chat.Chat, size, Unreadable, cancellationToken))
        {
            rooms.AddRange(page.Rooms.Where(room => Matches(context, room)));
            broken.AddRange(page.BeingDeleted.Where(room => context.Get(_match) is not { } text || Contains(room, text)));
            isEmpty &= page.Rooms.Count + page.BeingDeleted.Count == 0;
            var isEnd = page.Cursor is null || shown + rooms.Count >= limit;
            if (isEnd || !context.IsJson || rooms.Count + broken.Count >= size)
            {
                Print(context, rooms, broken, page.Cursor);
                shown += rooms.Count;
                rooms.Clear();
                broken.Clear();
            }

            if (isEnd)
            {
                if (page.Cursor is { } cursor && !context.IsJson)
                {
                    context.Output.Note($"There are more: --cursor {cursor}");
                }

                break;
            }
        }

        if (isEmpty && !context.Get(_withSettings) && exitCode == ExitCode.Done)
        {
            context.Output.Note("There are no rooms. If the application has another key prefix or database, give it: --prefix, --database.");
        }

        return exitCode;

        RoomInfo? Unreadable(string room, ChatDataException error)
        {
            context.Output.Error($"{room}: {Hints.Explain(error)}");
            exitCode = ExitCode.Refused;
            return null;
        }
    }

    private IAsyncEnumerable<RoomPage> PagesAsync(ToolContext context, Chat chat, int size, Func<string, ChatDataException, RoomInfo?> whenUnreadable, CancellationToken cancellationToken) =>
        context.Get(_withSettings)
            ? ListAsync(chat, context.Get(_order) == ByActivity ? RoomOrder.Activity : RoomOrder.Name, context.Get(_cursor), size, cancellationToken)
            : RoomSearch.PagesAsync(chat, context.Get(_cursor), size, whenUnreadable, cancellationToken);

    private static async IAsyncEnumerable<RoomPage> ListAsync(Chat chat, RoomOrder order, string? cursor, int size, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        do
        {
            var page = await chat.Rooms.ListAsync(order, cursor, size, cancellationToken);
            yield return page;
            cursor = page.Cursor;
        }
        while (cursor is not null);
    }

    private static void Print(ToolContext context, List<RoomInfo> rooms, List<string> broken, string? cursor)
    {
        if (context.IsJson)
        {
            context.Output.Json(new RoomPage { Rooms = rooms, BeingDeleted = broken, Cursor = cursor }, ChatJsonContext.Default.RoomPage);
            return;
        }

        foreach (var room in rooms)
        {
            context.Output.Line(Line(room));
        }

        foreach (var room in broken)
        {
            context.Output.Line($"{room}: is being deleted or imported. 'redischat import' or 'migrate' continues an interrupted import, 'redischat delete-room' an interrupted deletion.", Tone.Warning);
        }
    }

    private bool Matches(ToolContext context, RoomInfo room) =>
        (context.Get(_match) is not { } text || Contains(room.Id, text) || Contains(room.About?.Name, text) || Contains(room.About?.Topic, text))
        && (!context.Get(_archived) || room.Rules.IsArchived)
        && (context.Get(_inactive) is not { } time || room.LastMessageAt is not { } last || context.Time.GetUtcNow() - last > time);

    private static bool Contains(string? text, string part) => text?.Contains(part, StringComparison.OrdinalIgnoreCase) == true;

    private static string Line(RoomInfo room)
    {
        var last = room.LastMessageAt is { } time ? $", the last at {Texts.Of(time)}" : "";
        var about = room.About is { Name.Length: > 0 } named ? $". {named.Name}" : ".";
        var topic = room.About is { Topic.Length: > 0 } described ? $": {described.Topic}" : "";
        return $"{room.Id}: {Texts.Count(room.Messages, "message")}{last}, {Texts.Count(room.Members, "member")}{(room.Rules.IsArchived ? ", archived" : "")}{about}{topic}";
    }
}
