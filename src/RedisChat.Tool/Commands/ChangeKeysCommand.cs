using System.CommandLine;
using RedisChat.Tool.Connecting;

namespace RedisChat.Tool.Commands;

/// <summary>Changes the data keys of a room, of a user's drafts, or of all rooms and users.</summary>
internal abstract class ChangeKeysCommand : ToolCommand
{
    private readonly RoomTarget? _target;
    private readonly Argument<string?> _room = new("room") { Description = "The room's id, or --user.", Arity = ArgumentArity.ZeroOrOne };
    private readonly Option<string?> _user = new("--user") { Description = "The keys of this user's drafts, instead of a room's.", HelpName = "user" };

    /// <summary>Declares the command.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="description">What it does.</param>
    /// <param name="takesAll">Whether it can change all of them.</param>
    protected ChangeKeysCommand(string name, string description, bool takesAll)
        : base(name, description)
    {
        if (takesAll)
        {
            _target = new RoomTarget(this, "All rooms and all users that have keys.");
        }
        else
        {
            Arguments.Add(_room);
        }

        Options.Add(_user);
    }

    public override async Task<int> RunAsync(ToolContext context, CancellationToken cancellationToken)
    {
        var (room, user) = Target(context);
        if (context.Get(GlobalOptions.Keys) is null)
        {
            throw new ToolException("Say where the master keys are: --keys FILE, that of the application.");
        }

        await using var chat = context.Connect();
        if (room is null && user is null)
        {
            return await ChangeAllAsync(context, chat.Chat, cancellationToken);
        }

        var (keys, name) = user is null ? (chat.Chat.Room(room!).EncryptionKeys, $"The room '{room}'") : (chat.Chat.User(user).EncryptionKeys, $"The user '{user}'");
        if (await keys.CountAsync(cancellationToken) == 0)
        {
            throw new ToolException($"{name} has no data keys: nothing is encrypted with them. Nothing was done.");
        }

        await ConfirmAsync(context, user ?? room!, cancellationToken);
        var changed = await ChangeAsync(keys, cancellationToken);
        Print(context, new ChangedKeys(room, user, changed, await keys.CountAsync(cancellationToken)));
        return ExitCode.Done;
    }

    /// <summary>Changes them.</summary>
    /// <returns>How many data keys were changed.</returns>
    protected abstract Task<int> ChangeAsync(EncryptionKeys keys, CancellationToken cancellationToken);

    /// <summary>What was done to a number of keys: <c>2 keys wrapped again</c>.</summary>
    protected abstract string Describe(int changed);

    /// <summary>Asks, if the change cannot be undone.</summary>
    protected virtual Task ConfirmAsync(ToolContext context, string name, CancellationToken cancellationToken) => Task.CompletedTask;

    private (string? Room, string? User) Target(ToolContext context)
    {
        var user = context.Get(_user);
        if (_target is { } target)
        {
            return user is null ? (target.Read(context), null) : target.IsGiven(context) ? throw new ToolException("Name a room, or give --all, or --user, but not more than one.") : (null, user);
        }

        return context.Get(_room) is var room && room is null != user is null ? (room, user) : throw new ToolException("Name a room, or give --user, but not both.");
    }

    private async Task<int> ChangeAllAsync(ToolContext context, Chat chat, CancellationToken cancellationToken)
    {
        var (rooms, users, encrypted, changed, failed) = (0L, 0L, 0L, 0, 0L);
        using var progress = context.Progress("rooms and users");
        await ChatConnection.ReachAsync(chat, cancellationToken);
        await foreach (var room in chat.Transfer.FindRoomsAsync(cancellationToken: cancellationToken))
        {
            progress.Report(++rooms);
            await ChangeOneAsync(room, null, chat.Room(room).EncryptionKeys);
        }

        await foreach (var user in chat.Transfer.FindUsersAsync(cancellationToken: cancellationToken))
        {
            progress.Report(rooms + ++users);
            await ChangeOneAsync(null, user, chat.User(user).EncryptionKeys);
        }

        if (!context.IsJson)
        {
            context.Output.Line(
                $"{Texts.Count(rooms, "room")} and {Texts.Count(users, "user")}, {encrypted:N0} with keys: {Describe(changed)}{(failed > 0 ? $"; {failed:N0} failed" : "")}.");
        }

        return failed > 0 ? ExitCode.Refused : ExitCode.Done;

        async Task ChangeOneAsync(string? room, string? user, EncryptionKeys keys)
        {
            try
            {
                if (await keys.CountAsync(cancellationToken) == 0)
                {
                    return;
                }

                encrypted++;
                var done = new ChangedKeys(room, user, await ChangeAsync(keys, cancellationToken), await keys.CountAsync(cancellationToken));
                changed += done.Changed;
                if (context.IsJson || done.Changed > 0)
                {
                    Print(context, done);
                }
            }
            catch (ChatException e) when (e is not ChatUnavailableException)
            {
                // The others can be changed all the same.
                failed++;
                Print(context, new ChangedKeys(room, user, 0, 0, Hints.Explain(e)));
            }
        }
    }

    private void Print(ToolContext context, ChangedKeys done)
    {
        if (context.IsJson)
        {
            context.Output.Json(done, ToolJsonContext.Default.ChangedKeys);
        }
        else if (done.Error is { } error)
        {
            context.Output.Error($"{NameOf(done)}: {error}");
        }
        else
        {
            context.Output.Line($"{NameOf(done)}: {Describe(done.Changed)}.");
        }
    }

    private static string NameOf(ChangedKeys done) => done.Room ?? $"user {done.User}";
}
