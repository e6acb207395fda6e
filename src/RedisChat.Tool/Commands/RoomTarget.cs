using System.CommandLine;
using System.Runtime.CompilerServices;

namespace RedisChat.Tool.Commands;

/// <summary>The argument and the option of commands for one room or all listed ones.</summary>
internal sealed class RoomTarget
{
    private const int RoomsAtOnce = 100;

    private readonly Argument<string?> _room = new("room") { Description = "The room's id, or --all.", Arity = ArgumentArity.ZeroOrOne };
    private readonly Option<bool> _all = new("--all") { Description = "All rooms of the directory. Rooms without settings are not in it: name them." };

    /// <summary>Adds them to a command.</summary>
    public RoomTarget(Command command)
    {
        command.Arguments.Add(_room);
        command.Options.Add(_all);
    }

    /// <summary>The room; <see langword="null"/> for all.</summary>
    /// <exception cref="ToolException">Neither or both are given.</exception>
    public string? Read(ToolContext context) =>
        context.Get(_room) is null == context.Get(_all) ? context.Get(_room) : throw new ToolException("Name a room, or give --all, but not both.");

    /// <summary>Whether a room or all are given.</summary>
    public bool IsGiven(ToolContext context) => context.Get(_room) is not null || context.Get(_all);

    /// <summary>The listed rooms by name.</summary>
    public static async IAsyncEnumerable<RoomInfo> ListAsync(Chat chat, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        string? cursor = null;
        do
        {
            var page = await chat.Rooms.ListAsync(RoomOrder.Name, cursor, RoomsAtOnce, cancellationToken);
            foreach (var info in page.Rooms)
            {
                yield return info;
            }

            cursor = page.Cursor;
        }
        while (cursor is not null);
    }
}
