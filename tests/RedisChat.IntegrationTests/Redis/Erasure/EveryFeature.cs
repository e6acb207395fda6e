namespace RedisChat.IntegrationTests.Redis.Erasure;

/// <summary>A room in which two users use every feature that leaves something in the store.</summary>
internal static class EveryFeature
{
    /// <summary>The text of every message, draft and reason of the first user.</summary>
    public const string Secret = "my-secret-words";

    public static async Task UseAsync(Chat chat, IMessageStore store, string id, string user, string other, CancellationToken cancellationToken, int messages = 10)
    {
        var room = chat.Room(id);
        for (var sent = 0; sent < messages; sent += ChatLimits.MaxBatchSize)
        {
            await room.SendManyAsync(
                [
                    .. Enumerable.Range(sent, Math.Min(ChatLimits.MaxBatchSize, messages - sent)).Select(n => n % 2 == 0
                        ? new NewMessage(user, Secret) { IdempotencyKey = $"k{n}" }
                        : new NewMessage(other, "a plain text") { Mentions = n % 3 == 0 ? [Mention.User(user)] : default }),
                ],
                cancellationToken);
        }

        await room.Members.SetRoleAsync(user, RoomRole.Owner, Actor.Application, cancellationToken: cancellationToken);
        await room.Members.JoinAsync(other, cancellationToken);
        await room.Members.BanAsync("mallory", user, reason: "was rude", cancellationToken: cancellationToken);
        await room.Members.MuteAsync("trudy", user, cancellationToken: cancellationToken);
        await room.Members.InviteAsync("ivan", user, cancellationToken: cancellationToken);
        await room.Rules.ChangeAsync(user, rules => rules with { SlowMode = TimeSpan.FromMilliseconds(1) }, cancellationToken);
        await room.EditAsync(1, user, Secret + " edited", cancellationToken);
        var gone = await room.SendAsync(new NewMessage(user, Secret) { Mentions = [Mention.Everyone, Mention.User(other)] }, cancellationToken);
        await room.DeleteAsync(2, user, "was wrong", cancellationToken);
        await room.DeleteManyAsync(MessageSelection.Of(4, 5), user, "were wrong", cancellationToken: cancellationToken);
        await room.Reactions.AddAsync(gone.Id, other, "👍", cancellationToken);
        await room.Reactions.AddAsync(6, user, "👍", cancellationToken);
        await room.Reactions.AddAsync(6, other, "👍", cancellationToken);
        await room.Pins.PinAsync(6, user, cancellationToken);
        await room.ReadMarkers.MarkReadAsync(user, 6, cancellationToken);
        await room.Thread(6).SendAsync(user, Secret, cancellationToken);
        await room.Thread(6).SendAsync(other, "a reply", cancellationToken);
        await room.Thread(6).Members.JoinAsync(user, cancellationToken);
        await room.Thread(7).SendAsync(user, Secret, cancellationToken);
        await room.Schedule.AddAsync(new NewMessage(user, Secret), DateTimeOffset.UtcNow.AddHours(1), cancellationToken);
        await room.Schedule.AddAsync(new NewMessage(other, "later") { Mentions = [Mention.User(user)] }, DateTimeOffset.UtcNow.AddHours(1), cancellationToken);
        await chat.User(user).Drafts.SaveAsync(id, Secret, cancellationToken: cancellationToken);
        // By a process that is dead: a living one enters its users again.
        await store.GetAbility<IPresenceStore>()!.UpdatePresenceAsync(
            id, new PresenceUpdate { Process = "a dead one", Expiry = TimeSpan.FromMinutes(5), Entering = [user], CoalesceAbove = 200, CoalesceInterval = TimeSpan.FromSeconds(2) }, cancellationToken);
        await room.Presence.EnterAsync(other, cancellationToken);
        await room.BeginAsync(new NewMessage(user, Secret), new WritingOptions { Lease = TimeSpan.FromMinutes(5) }, cancellationToken);
    }
}
