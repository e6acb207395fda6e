using System.CommandLine;

namespace RedisChat.Tool.Commands;

/// <summary>Lists the rooms of the directory.</summary>
internal sealed class RoomsCommand : ToolCommand
{
    private const string ByName = "name";
    private const string ByActivity = "activity";

    private readonly Option<string> _order = new("--order") { Description = "name, or activity: the last message first.", HelpName = "order", DefaultValueFactory = _ => ByName };
    private readonly Option<string?> _match = new("--match") { Description = "Only rooms whose id, name or topic contains this text, in any case.", HelpName = "text" };
    private readonly Option<bool> _archived = new("--archived") { Description = "Only archived rooms." };
    private readonly Option<TimeSpan?> _inactive = CommonOptions.Duration("--inactive", "Only rooms without a message for so long: 90d, 12h, 30m.");
    private readonly Option<int> _limit = CommonOptions.Number("--limit", "How many rooms, at most twice as many with a filter.", 100, 1, ChatLimits.MaxPageSize);
    private readonly Option<string?> _cursor = new("--cursor") { Description = "Where to continue: what the previous page ended with.", HelpName = "cursor" };

    public RoomsCommand()
        : base("rooms", "Lists the rooms that have settings (a name or a topic, for example), page by page.")
    {
        _order.AcceptOnlyFromAmong(ByName, ByActivity);
        foreach (Option option in (Option[])[_order, _match, _archived, _inactive, _limit, _cursor])
        {
            Options.Add(option);
        }
    }

    public override async Task<int> RunAsync(ToolContext context, CancellationToken cancellationToken)
    {
        await using var chat = context.Connect();
        var (order, limit) = (context.Get(_order) == ByActivity ? RoomOrder.Activity : RoomOrder.Name, context.Get(_limit));
        var (cursor, rooms, broken) = (context.Get(_cursor), new List<RoomInfo>(), new List<string>());
        do
        {
            var page = await chat.Chat.Rooms.ListAsync(order, cursor, limit, cancellationToken);
            rooms.AddRange(page.Rooms.Where(room => Matches(context, room)));
            broken.AddRange(page.BeingDeleted);
            cursor = page.Cursor;
        }
        while (cursor is not null && rooms.Count < limit);

        if (context.IsJson)
        {
            context.Output.Json(new RoomPage { Rooms = rooms, BeingDeleted = broken, Cursor = cursor }, ChatJsonContext.Default.RoomPage);
            return ExitCode.Done;
        }

        foreach (var room in rooms)
        {
            context.Output.Line(Line(room));
        }

        foreach (var room in broken)
        {
            context.Output.Line($"{room}: its deletion is not complete. 'redischat delete-room' continues it.", Tone.Warning);
        }

        if (cursor is not null)
        {
            context.Output.Note($"There are more: --cursor {cursor}");
        }

        return ExitCode.Done;
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
