using System.CommandLine;

namespace RedisChat.Tool.Commands;

/// <summary>Deletes a room with everything in it.</summary>
internal sealed class DeleteRoomCommand : ToolCommand
{
    private readonly Argument<string> _room = CommonOptions.Room();
    private readonly Option<bool> _yes = CommonOptions.Yes();
    private readonly Option<bool> _dryRun = CommonOptions.DryRun();

    public DeleteRoomCommand()
        : base("delete-room", "Deletes a room with everything in it. Continues a deletion that was interrupted.")
    {
        Arguments.Add(_room);
        Options.Add(_yes);
        Options.Add(_dryRun);
    }

    public override async Task<int> RunAsync(ToolContext context, CancellationToken cancellationToken)
    {
        await using var chat = context.Connect();
        var room = context.Require(_room);
        var (info, isDry) = (await chat.Chat.Rooms.GetInfoAsync(room, cancellationToken), context.Get(_dryRun));
        if (!info.Exists && !info.IsBeingDeleted)
        {
            if (isDry || !context.Get(_yes))
            {
                throw new ToolException($"There is no room '{room}'. Nothing was deleted. If it is still listed after a deletion that was interrupted, repeat the command with --yes.");
            }

            // The call all the same: it removes a place in the directory that a killed deletion may have left. It deletes a room that was created since, so not without --yes.
            var late = await chat.Chat.Rooms.DeleteAsync(room, Actor.Application, cancellationToken: cancellationToken);
            throw new ToolException(late.Existed ? $"There was no room '{room}' at first; it was created meanwhile, and deleted." : $"There is no room '{room}'. Nothing was deleted.");
        }

        if (!isDry)
        {
            await ConfirmAsync(context, info, cancellationToken);
            using var progress = context.Progress("messages");
            await chat.Chat.Rooms.DeleteAsync(room, Actor.Application, new Forward<RoomDeletion>(step => progress.Report(step.Done, step.Total)), cancellationToken);
        }

        if (context.IsJson)
        {
            context.Output.Json(new DeletedRoom(room, info.Messages, info.Members, isDry), ToolJsonContext.Default.DeletedRoom);
        }
        else
        {
            context.Output.Line(info.IsBeingDeleted
                ? $"{room}: {(isDry ? "what is there would be deleted. A deletion was begun, or the room is being imported." : "what was there is deleted.")}"
                : $"{room}: {Texts.Count(info.Messages, "message")} and {Texts.Count(info.Members, "member")} {(isDry ? "would be deleted." : "deleted.")}");
        }

        return ExitCode.Done;
    }

    private Task ConfirmAsync(ToolContext context, RoomInfo info, CancellationToken cancellationToken)
    {
        // A room that is being imported looks the same as one whose deletion was begun, and what was imported would be lost.
        var confirmation = info.IsBeingDeleted
            ? new Confirmation(
                "The room's deletion was begun and is not complete, or the room is being imported. This deletes what is there for good. Type its id to continue.",
                $"The deletion of the room '{info.Id}' was begun and is not complete, or the room is being imported. Repeat the command with --yes to delete what is there for good.",
                "That is not the room's id. Nothing was deleted.")
            : new Confirmation(
                $"This deletes the room with {Texts.Count(info.Messages, "message")} for good. Type its id to continue.",
                $"This deletes the room '{info.Id}' for good. Repeat the command with --yes if you mean it, or with --dry-run to see what it would delete.",
                "That is not the room's id. Nothing was deleted.");
        return confirmation.AskAsync(context, _yes, info.Id, cancellationToken);
    }
}
