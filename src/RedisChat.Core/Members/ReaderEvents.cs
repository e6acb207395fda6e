namespace RedisChat;

/// <summary>A room's events for one user: they end when the user loses the right to read.</summary>
/// <remarks>
/// The right depends only on the room's rules and on what the room knows of the user. Every change of these is an event, and a watcher receives each event or a gap,
/// so it is enough to read the right again then.
/// </remarks>
internal sealed class ReaderEvents(
    IAsyncEnumerable<RoomEvent> events, IMessageStore store, string room, string user, TimeProvider time, CancellationToken cancellationToken)
    : IAsyncEnumerable<RoomEvent>
{
    private static readonly TimeSpan PauseWhileUnavailable = TimeSpan.FromMilliseconds(250);

    private readonly IMemberStore _members = store.RequireAbility<IMemberStore>("watching for a user");

    public async IAsyncEnumerator<RoomEvent> GetAsyncEnumerator(CancellationToken ofEnumeration)
    {
        var token = ofEnumeration.CanBeCanceled ? ofEnumeration : cancellationToken;
        await CheckAsync(token).ConfigureAwait(false);
        await foreach (var happened in events.WithCancellation(ofEnumeration).ConfigureAwait(false))
        {
            if (MayMatter(happened))
            {
                await CheckAsync(token).ConfigureAwait(false);
            }

            yield return happened;
        }
    }

    // Before CaughtUp, a change between the first check and the subscription may not have been delivered.
    private bool MayMatter(RoomEvent happened) =>
        happened is RoomEvent.RulesChanged or RoomEvent.Gap or RoomEvent.CaughtUp || (happened is RoomEvent.MemberChanged { Member.User: var changed } && changed == user);

    private async ValueTask CheckAsync(CancellationToken token)
    {
        while (true)
        {
            try
            {
                var now = await _members.ReadMemberAsync(room, user, token).ConfigureAwait(false);
                MemberDecisions.CheckRight(now, now.Target, RoomRights.Read);
                return;
            }
            catch (ChatForbiddenException e)
            {
                e.Complete(room, ChatOperations.Watch);
                throw;
            }
            catch (ChatUnavailableException)
            {
                token.ThrowIfCancellationRequested();
            }

            await Task.Delay(PauseWhileUnavailable, time, token).ConfigureAwait(false);
        }
    }
}
