namespace RedisChat;

/// <summary>Earlier versions of a room's edited messages: see <see cref="ChatRoom.Versions"/>.</summary>
/// <remarks>
/// Edits keep them only if <see cref="ChatOptions.KeptVersions"/> is greater than 0, in all processes that edit. A message takes its versions with it when it is deleted. Thread-safe.
/// </remarks>
public sealed class RoomVersions
{
    private static readonly ChatOperation List = new(ChatOperations.Receive, "The versions of the message could not be read");

    private readonly string _room;
    private readonly IMessageStore _store;
    private readonly OperationRunner _runner;

    internal RoomVersions(string room, IMessageStore store, OperationRunner runner)
    {
        _room = room;
        _store = store;
        _runner = runner;
    }

    /// <summary>Lists the earlier versions of a message that are kept, oldest first. The present one is the message itself.</summary>
    /// <param name="messageId">The message's id.</param>
    /// <param name="by">
    /// Who asks: the author, a user with the right <see cref="RoomRights.DeleteAny"/>, or the application. A user must also have the right <see cref="RoomRights.Read"/>.
    /// </param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <returns>At most <see cref="ChatLimits.MaxKeptVersions"/>; empty if there are none, or no such message.</returns>
    /// <exception cref="ChatInputException">The id or the user's id is not valid.</exception>
    /// <exception cref="ChatForbiddenException">The user may not see them.</exception>
    /// <exception cref="ChatDataException">A stored value is not a message.</exception>
    /// <exception cref="ChatUnavailableException">The store could not be reached in time.</exception>
    /// <exception cref="NotSupportedException">The store does not keep versions.</exception>
    public Task<IReadOnlyList<MessageVersion>> ListAsync(long messageId, Actor by, CancellationToken cancellationToken = default)
    {
        ChatInput.CheckMessageId(messageId);
        RuleInput.CheckActor(by);
        _store.RequireAbility<IVersionStore>("earlier versions of messages");
        return _runner.RunAsync(
            List, _room, (Versions: this, Id: messageId, By: by), static (call, token) => call.Versions.ReadAsync(call.Id, call.By, token), cancellationToken).AsTask();
    }

    private async ValueTask<IReadOnlyList<MessageVersion>> ReadAsync(long messageId, Actor by, CancellationToken cancellationToken)
    {
        var reading = _store.GetAsync(_room, messageId, cancellationToken).AsTask();
        if (by.UserId is not { } user)
        {
            return await reading.ConfigureAwait(false) is { } found ? await VersionsAsync(found, cancellationToken).ConfigureAwait(false) : [];
        }

        // A store without members has no rules, either.
        var asking = _store.GetAbility<IMemberStore>()?.ReadMemberAsync(ThreadId.RuledBy(_room), user, cancellationToken).AsTask();
        await Task.WhenAll(reading, asking ?? Task.CompletedTask).ConfigureAwait(false);
        var (message, rights) = (await reading.ConfigureAwait(false), RoomRights.None);
        if (asking is not null)
        {
            var situation = await asking.ConfigureAwait(false);
            MemberDecisions.CheckRight(situation, situation.Target, RoomRights.Read);
            rights = situation.Rules.RightsOf(situation.Target.Role);
        }

        if (message is null)
        {
            return [];
        }

        if (message.User != user && !rights.HasFlag(RoomRights.DeleteAny))
        {
            throw Forbidden.NotAuthor(messageId, "Only its author and those who may delete it can see its earlier versions.");
        }

        return await VersionsAsync(message, cancellationToken).ConfigureAwait(false);
    }

    private async ValueTask<IReadOnlyList<MessageVersion>> VersionsAsync(Message message, CancellationToken cancellationToken) =>
        message.Version == 1 ? [] : await _store.RequireAbility<IVersionStore>("earlier versions of messages").ListVersionsAsync(_room, message, cancellationToken).ConfigureAwait(false);
}
