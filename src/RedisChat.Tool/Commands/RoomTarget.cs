using System.CommandLine;
using System.Runtime.CompilerServices;

namespace RedisChat.Tool.Commands;

/// <summary>The argument and the option of commands for one room or all of them.</summary>
internal sealed class RoomTarget
{
    private readonly Argument<string?> _room = new("room") { Description = "The room's id, or --all.", Arity = ArgumentArity.ZeroOrOne };
    private readonly Option<bool> _all = new("--all");

    /// <summary>Adds them to a command.</summary>
    /// <param name="command">The command.</param>
    /// <param name="all">What all are.</param>
    public RoomTarget(Command command, string all = "All rooms, with settings or without.")
    {
        _all.Description = all;
        command.Arguments.Add(_room);
        command.Options.Add(_all);
    }

    /// <summary>The room; <see langword="null"/> for all.</summary>
    /// <exception cref="ToolException">Neither or both are given.</exception>
    public string? Read(ToolContext context) =>
        context.Get(_room) is null == context.Get(_all) ? context.Get(_room) : throw new ToolException("Name a room, or give --all, but not both.");

    /// <summary>Whether a room or all are given.</summary>
    public bool IsGiven(ToolContext context) => context.Get(_room) is not null || context.Get(_all);

    /// <summary>All rooms that exist, in the order of their ids. Of one that cannot be read, only the id is known: what is done with it fails with the reason.</summary>
    public static async IAsyncEnumerable<RoomInfo> AllAsync(Chat chat, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (var page in RoomSearch.PagesAsync(chat, null, ChatLimits.MaxPageSize, (id, _) => new RoomInfo { Id = id, Exists = true }, cancellationToken))
        {
            foreach (var info in page.Rooms)
            {
                yield return info;
            }
        }
    }
}
