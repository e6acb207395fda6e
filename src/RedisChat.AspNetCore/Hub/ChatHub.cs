using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.SignalR;

namespace RedisChat.AspNetCore;

/// <summary>
/// The chat over SignalR. A connection opens rooms and the inbox, receives their events by <see cref="IChatHubClient"/>, and calls the same operations as the endpoints offer. The user is always
/// the one who is signed in.
/// </summary>
/// <remarks>
/// After a reconnect, also to another node, the client opens its rooms again with the positions that it reached: nothing is lost or doubled. An operation that fails throws a
/// <see cref="HubException"/> whose message is <c>code: sentence</c> or <c>code/reason: sentence</c>, with the codes of <see cref="ProblemCodes"/>.
/// </remarks>
public sealed partial class ChatHub : Hub
{
    private const string SessionItem = "RedisChat";

    private readonly ChatHubConnections _connections;

    /// <summary>Called by SignalR.</summary>
    public ChatHub(HubLifetimeManager<ChatHub> connections)
    {
        _connections = connections as ChatHubConnections
            ?? throw new InvalidOperationException("The hub of the chat needs its own lifetime manager. Do not register another one for ChatHub.");
    }

    private ChatWeb Web => Context.GetHttpContext()?.GetEndpoint()?.Metadata.GetMetadata<ChatHubEndpoint>()?.Web
        ?? throw new InvalidOperationException("Map the hub with MapRedisChatHub.");

    private HubSession Session => (HubSession)Context.Items[SessionItem]!;

    /// <inheritdoc/>
    public override Task OnConnectedAsync() => RunAsync(async () =>
    {
        var web = Web;
        var caller = await ChatCaller.FindAsync(web.Chat, web.Access, Context.User ?? new(), Context.ConnectionAborted).ConfigureAwait(false);
        var connection = _connections.Find(Context.ConnectionId) ?? throw new InvalidOperationException("The connection is not open.");
        Context.Items[SessionItem] = new HubSession(web, caller, connection, Context);
        return 0;
    });

    /// <inheritdoc/>
    public override async Task OnDisconnectedAsync(Exception? exception)
    {
        if (Context.Items[SessionItem] is HubSession session)
        {
            await session.DisposeAsync().ConfigureAwait(false);
        }
    }

    /// <summary>
    /// Opens a room: its events are received since a position. Without one they are received from the event <c>caughtUp</c> on, which comes a moment after this call has returned. A room that is
    /// open already starts again from there.
    /// </summary>
    /// <param name="room">The room, and what the client has seen of it.</param>
    public Task Open(OpenRoomRequest room) => RunAsync(async () =>
    {
        if (room?.Room is null)
        {
            throw new ChatProblemException(ChatProblem.Invalid("A room is needed.", "room"));
        }

        RoomPosition? position = string.IsNullOrEmpty(room.After) ? null
            : RoomPosition.TryParse(room.After, null, out var parsed) ? parsed
            : throw new ChatProblemException(ChatProblem.Invalid("This is not a room position. Pass back exactly the text that the chat returned.", "after"));
        await Session.Stream.AddAsync([new StreamedRoomRequest(room.Room, position, room.Present)], Context.ConnectionAborted).ConfigureAwait(false);
        return 0;
    });

    /// <summary>Closes a room: no more events of it are received.</summary>
    /// <param name="room">The room's id.</param>
    public Task Close(string room) => RunAsync(async () =>
    {
        _ = Session.Caller.Chat.Room(room);
        await Session.Stream.RemoveAsync([room]).ConfigureAwait(false);
        return 0;
    });

    /// <summary>Receives the user's inbox from now on: first each room as it is, then each change.</summary>
    public Task OpenInbox() => RunAsync(() =>
    {
        Session.Stream.OpenInbox();
        return Task.FromResult(0);
    });

    /// <summary>Receives the inbox no more.</summary>
    public Task CloseInbox() => RunAsync(async () =>
    {
        await Session.Stream.CloseInboxAsync().ConfigureAwait(false);
        return 0;
    });

    private Task<T> ActAsync<T>(string room, RoomRights right, Func<ChatRoom, string, CancellationToken, Task<T>> act) => CallAsync(async caller =>
        await act(await caller.RoomAsync(room, right, Context.ConnectionAborted).ConfigureAwait(false), caller.User, Context.ConnectionAborted).ConfigureAwait(false));

    private Task<T> ReadAsync<T>(string room, Func<ChatRoom, string, CancellationToken, Task<T>> read) => CallAsync(caller =>
        caller.ReadAsync(room, found => read(found, caller.User, Context.ConnectionAborted), Context.ConnectionAborted));

    /// <summary>An operation, which counts for the limit of requests.</summary>
    private Task<T> CallAsync<T>(Func<ChatCaller, Task<T>> call) => RunAsync(() =>
        Session.Count() is { } refusal ? throw new ChatProblemException(refusal) : call(Session.Caller));

    // SignalR shows clients the message of a HubException, and of no other exception.
    private async Task<T> RunAsync<T>(Func<Task<T>> call)
    {
        try
        {
            return await call().ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (Context.ConnectionAborted.IsCancellationRequested)
        {
            throw;
        }
        catch (Exception e)
        {
            var problem = ChatProblem.Of(e) ?? ChatProblem.Failure;
            if (problem.IsLogged)
            {
                WebLog.HubCallFailed(Web.Logger, problem.Code, e);
            }

            var code = problem.Reason is null ? problem.Code : $"{problem.Code}/{problem.Reason}";
            throw new HubException($"{code}: {problem.Detail ?? problem.Title}");
        }
    }
}
