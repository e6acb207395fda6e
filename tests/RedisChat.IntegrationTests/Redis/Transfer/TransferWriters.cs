namespace RedisChat.IntegrationTests.Redis.Transfer;

/// <summary>People who write, edit, react, delete, join and leave while something else goes on.</summary>
internal static class TransferWriters
{
    /// <summary>Goes on until canceled.</summary>
    /// <returns>How many things were done.</returns>
    public static async Task<int> RunAsync(Chat chat, string[] rooms, int seed, CancellationToken cancellationToken)
    {
        var (random, done) = (new Random(seed), 0);
        while (!cancellationToken.IsCancellationRequested)
        {
            try
            {
                await StepAsync(chat, chat.Room(rooms[random.Next(rooms.Length)]), random, seed, cancellationToken);
                done++;
            }
            catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
            {
                break;
            }
            catch (ChatException e) when (e is ChatLimitException or ChatForbiddenException or ChatParentNotFoundException)
            {
                // Too many pins; or someone else has deleted the message.
            }
        }

        return done;
    }

    /// <summary>Erases users whose messages are everywhere.</summary>
    public static async Task EraseAsync(Chat chat, CancellationToken cancellationToken)
    {
        (await chat.User("user3").EraseAsync(new ErasureOptions { Mode = ErasureMode.Anonymize }, cancellationToken: cancellationToken)).Messages.Should().BePositive();
        (await chat.User("user4").EraseAsync(cancellationToken: cancellationToken)).Messages.Should().BePositive();
    }

    private static async Task StepAsync(Chat chat, ChatRoom room, Random random, int seed, CancellationToken cancellationToken)
    {
        var (last, user) = ((await chat.Rooms.GetInfoAsync(room.Id, cancellationToken)).LastMessageId, $"writer{seed}");
        var some = random.NextInt64(1, last + 1);
        switch (random.Next(12))
        {
            case 0 or 1 or 2:
                await room.SendAsync(new NewMessage(user, "hello") { Mentions = [Mention.User("bob")] }, cancellationToken);
                break;
            case 3:
                await room.SendManyAsync([.. Enumerable.Range(0, random.Next(1, 100)).Select(n => new NewMessage(user, $"text {n}"))], cancellationToken);
                break;
            case 4 or 5:
                await room.EditAsync(some, Actor.Application, new MessageEdit($"edited {random.Next()}") { Mentions = random.Next(2) == 0 ? [Mention.User("carol")] : [] }, cancellationToken);
                break;
            case 6:
                await room.DeleteAsync(some, Actor.Application, cancellationToken: cancellationToken);
                break;
            case 7:
                await room.DeleteManyAsync(MessageSelection.Between(some, some + 20), Actor.Application, cancellationToken: cancellationToken);
                break;
            case 8:
                await room.Reactions.AddAsync(some, user, "👍", cancellationToken);
                break;
            case 9:
                await (random.Next(2) == 0 ? room.Members.JoinAsync(user, cancellationToken) : room.Members.LeaveAsync(user, cancellationToken));
                break;
            case 10:
                await room.Thread(some).SendAsync(user, "a reply", cancellationToken);
                break;
            default:
                await room.Pins.PinAsync(some, Actor.Application, cancellationToken);
                await room.Pins.UnpinAsync(some, Actor.Application, cancellationToken);
                break;
        }
    }
}
