using System.Text.Json;

namespace RedisChat;

/// <summary>Exports what is stored about one user: see <see cref="ChatUser.ExportAsync"/>.</summary>
/// <param name="store">The store.</param>
/// <param name="runner">Runs the steps.</param>
/// <param name="user">The user.</param>
internal sealed class UserExporter(IMessageStore store, OperationRunner runner, string user)
{
    private const int MessagesAtOnce = 500;

    private static readonly ChatOperation Step = new(ChatOperations.Export, "What is stored about the user could not be exported");

    private readonly IErasureStore _erasures = store.RequireAbility<IErasureStore>("exporting what is stored about users");
    private readonly HashSet<string> _withMessages = new(StringComparer.Ordinal);
    private long _lines;

    public async Task<long> RunAsync(Stream output, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(output);
        await UserScan.ForEachAsync(_erasures, runner, Step, user, (room, token) => WriteAsync(output, room, token), cancellationToken, atOnce: 1).ConfigureAwait(false);
        await WriteOwnAsync(output, cancellationToken).ConfigureAwait(false);
        await output.FlushAsync(cancellationToken).ConfigureAwait(false);
        return _lines;
    }

    private async ValueTask WriteAsync(Stream output, FoundRoom room, CancellationToken cancellationToken)
    {
        var isScope = UserScope.TryGetUser(room.Room, out _);
        string? cursor = null;
        do
        {
            var step = await runner.RunAsync(
                Step, isScope ? null : room.Room, (Store: _erasures, User: user, Room: room, Cursor: cursor),
                static (call, token) => call.Store.ReadRecordsAsync(call.User, call.Room, call.Cursor, token), cancellationToken).ConfigureAwait(false);
            cursor = step.Cursor;
            if (step.Records.Any(record => record.Messages > 0) && _withMessages.Add(room.Room))
            {
                await WriteMessagesAsync(output, room.Room, cancellationToken).ConfigureAwait(false);
            }

            await WriteAsync(output, step.Records.Where(record => record.Messages == 0), cancellationToken).ConfigureAwait(false);
        }
        while (cursor is not null);
    }

    private async Task WriteMessagesAsync(Stream output, string room, CancellationToken cancellationToken)
    {
        MessagePage page;
        var after = 0L;
        do
        {
            page = await runner.RunAsync(
                Step, room, (Store: store, Room: room, Query: new MessageQuery { User = user, After = after, Limit = MessagesAtOnce, OmitParents = true }),
                static (call, token) => call.Store.ReadAsync(call.Room, call.Query, token), cancellationToken).ConfigureAwait(false);
            var unreadable = page.Unreadable.Where(value => value.Id is not null).Select(value => new UserRecord { Kind = UserRecordKind.Message, Room = room, MessageId = value.Id });
            var readable = page.Messages.Select(message => new UserRecord { Kind = UserRecordKind.Message, Room = room, MessageId = message.Id, Message = message });
            await WriteAsync(output, readable.Concat(unreadable).OrderBy(record => record.MessageId), cancellationToken).ConfigureAwait(false);
            after = page.Messages.Count == 0 ? after : page.Messages[^1].Id;
        }
        while (page.HasNewer && page.Messages.Count > 0);
    }

    /// <summary>What belongs to the user across rooms.</summary>
    private async Task WriteOwnAsync(Stream output, CancellationToken cancellationToken)
    {
        if (store.GetAbility<IUserStore>() is { } users)
        {
            var listed = await runner.RunAsync(Step, null, (Users: users, User: user), static (call, token) => call.Users.ReadListedRoomsAsync(call.User, token), cancellationToken).ConfigureAwait(false);
            await WriteAsync(
                output, listed.OrderBy(room => room.Room, StringComparer.Ordinal).Select(room => new UserRecord { Kind = UserRecordKind.ListedRoom, Room = room.Room, At = room.ChangedAt, Detail = room.IsMuted ? "muted" : null }),
                cancellationToken).ConfigureAwait(false);
        }

        if (store.GetAbility<IDraftStore>() is { } drafts)
        {
            var begun = await runner.RunAsync(Step, null, (Drafts: drafts, User: user), static (call, token) => call.Drafts.ReadDraftsAsync(call.User, token), cancellationToken).ConfigureAwait(false);
            await WriteAsync(
                output, begun.OrderBy(draft => draft.Room, StringComparer.Ordinal).Select(draft => new UserRecord { Kind = UserRecordKind.Draft, Room = draft.Room, At = draft.SavedAt, Draft = draft }), cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task WriteAsync(Stream output, IEnumerable<UserRecord> records, CancellationToken cancellationToken)
    {
        foreach (var record in records)
        {
            await JsonSerializer.SerializeAsync(output, record, ChatJsonContext.Default.UserRecord, cancellationToken).ConfigureAwait(false);
            await output.WriteAsync("\n"u8.ToArray(), cancellationToken).ConfigureAwait(false);
            _lines++;
        }
    }
}
