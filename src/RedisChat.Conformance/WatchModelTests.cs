using CsCheck;

namespace RedisChat.Conformance;

/// <summary>In random histories, a reader that continues from any position ends with the same room as a reader that loads it afresh.</summary>
/// <param name="stores">Opens the store under test.</param>
public abstract class WatchModelTests(StoreFactory stores) : StoreTests(stores)
{
    /// <summary>A step: kinds 0–4 send one to five messages; of the message that the second number chooses, 5 edits it, 6–7 delete it, 8–10 react to it.</summary>
    private static readonly Gen<(int Kind, int Which)> Step = Gen.Select(Gen.Int[0, 10], Gen.Int[0, 99]);

    /// <summary>Whether the histories contain reactions. Override it for a store that keeps none.</summary>
    protected virtual bool Reacts => true;

    [Fact]
    public virtual async Task From_a_position_anywhere_in_a_history_a_reader_ends_with_the_same_room() =>
        await Gen.Select(Step.Array[0, 40], Step.Array[0, 40], Gen.Int[1, 20]).SampleAsync(
            async (before, after, portion) =>
            {
                var room = NewRoom();
                var sent = await TakeAsync(room, before, 0);
                var known = await Store.ReadAsync(room, new MessageQuery { Limit = 1000 });
                await TakeAsync(room, after, sent);
                var whole = await Store.ReadAsync(room, new MessageQuery { Limit = 1000 });

                await using var watched = new WatchLog(Store.WatchAsync(room, known.Position), known);
                await watched.CaughtUpAsync();
                watched.Events.Should().NotContain(happened => happened is RoomEvent.Gap);
                watched.Room.Should().Equal(whole.Messages);
                CheckReactions(watched, whole);
                watched.Position.Should().Be(whole.Position);

                await using var polled = new WatchLog(PollAsync(room, known.Position, portion), known);
                await polled.CaughtUpAsync();
                polled.Room.Should().Equal(whole.Messages);
                CheckReactions(polled, whole);
                polled.Position.Should().Be(whole.Position);
            },
            iter: 40, threads: 1);

    private async IAsyncEnumerable<RoomEvent> PollAsync(string room, RoomPosition position, int portion)
    {
        RoomChanges changes;
        do
        {
            changes = await Store.ReadChangesAsync(room, position, portion);
            foreach (var happened in changes.Events)
            {
                yield return happened;
            }

            position = changes.Position;
        }
        while (changes.HasMore);

        yield return new RoomEvent.CaughtUp(position);
    }

    private async Task<int> TakeAsync(string room, (int Kind, int Which)[] steps, int sent)
    {
        foreach (var (kind, which) in steps)
        {
            if (kind < 5)
            {
                await Store.AppendAsync(room, [.. Enumerable.Range(0, kind + 1).Select(n => New("alice", $"{n}"))]);
                sent += kind + 1;
            }
            else if (kind >= 8 && sent > 0)
            {
                await (Reacts ? ReactAsync(room, 1 + (which % sent), which) : Task.CompletedTask);
            }
            else if (sent > 0)
            {
                var id = 1 + (which % sent);
                await Store.ChangeAsync(room, id, message => kind == 5 ? MessageDecision.Edit(message.Text + "!") : MessageDecision.Delete());
            }
        }

        return sent;
    }

    private async Task ReactAsync(string room, int id, int which)
    {
        var reactions = new Chat(Store).Room(room).Reactions;
        var (user, emoji) = (which % 2 == 0 ? "alice" : "bob", which % 3 == 0 ? "👍" : "❤");
        await (which % 5 == 0 ? reactions.RemoveAsync(id, user, emoji) : reactions.AddAsync(id, user, emoji));
    }

    private static void CheckReactions(WatchLog log, MessagePage whole)
    {
        log.Reactions.Keys.Should().BeEquivalentTo(whole.Reactions.Keys);
        foreach (var (id, reactions) in whole.Reactions)
        {
            log.Reactions[id].Should().Equal(reactions);
        }
    }
}
