using CsCheck;

namespace RedisChat.Conformance;

/// <summary>In random histories, a reader that continues from any position ends with the same room as a reader that loads it afresh.</summary>
/// <param name="stores">Opens the store under test.</param>
public abstract class WatchModelTests(StoreFactory stores) : StoreTests(stores)
{
    /// <summary>A step: kinds 0–4 send one to five messages; 5 edits and 6–7 delete the message that the second number chooses.</summary>
    private static readonly Gen<(int Kind, int Which)> Step = Gen.Select(Gen.Int[0, 7], Gen.Int[0, 99]);

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

                await using var watched = new WatchLog(Store.WatchAsync(room, known.Position), known.Messages);
                await watched.CaughtUpAsync();
                watched.Events.Should().NotContain(happened => happened is RoomEvent.Gap);
                watched.Room.Should().Equal(whole.Messages);
                watched.Position.Should().Be(whole.Position);

                await using var polled = new WatchLog(PollAsync(room, known.Position, portion), known.Messages);
                await polled.CaughtUpAsync();
                polled.Room.Should().Equal(whole.Messages);
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
            else if (sent > 0)
            {
                var id = 1 + (which % sent);
                await Store.ChangeAsync(room, id, message => kind == 5 ? MessageDecision.Edit(message.Text + "!") : MessageDecision.Delete());
            }
        }

        return sent;
    }
}
