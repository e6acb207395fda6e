using System.Globalization;

namespace RedisChat.Conformance;

/// <summary>
/// Random histories of rooms whose messages are read, deleted and sealed, and whose users come, go and are banned: after each step, markers, unread messages and
/// the newest message are those of a plain list.
/// </summary>
/// <param name="stores">Opens the store under test.</param>
public abstract class ReadMarkerHistoryTests(StoreFactory stores) : StoreTests(stores)
{
    private static readonly string[] Users = ["alice", "bob", "{carol}:%"];

    /// <summary>Runs a test. A store without read markers overrides this, and asserts that the test ends with a <see cref="NotSupportedException"/>.</summary>
    /// <param name="test">The test.</param>
    protected virtual Task RunAsync(Func<Task> test) => test();

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    [InlineData(6)]
    public Task After_every_step_of_a_random_history_all_is_as_in_a_plain_list(int seed) => RunAsync(async () =>
    {
        var (random, model, others) = (new Random(seed), new Model(), OpenStore());
        var steps = new List<string>();
        for (var step = 0; step < 70 || model.Messages.Count < 450; step++)
        {
            steps.Add(await TakeAsync(random, model));
            if (random.Next(4) == 0)
            {
                await SettledAsync();
            }

            // The other store knows less of the room; a store that never heard of it knows nothing.
            await CheckAsync(random.Next(3) == 0 ? others : Store, model, $"of step {step} of seed {seed}: {string.Join("; ", steps)}");
        }

        await SettledAsync();
        await CheckAsync(OpenStore(), model, $"of the end of seed {seed}");
    });

    private async Task<string> TakeAsync(Random random, Model model)
    {
        var room = new Chat(Store).Room(Room);
        var user = Users[random.Next(Users.Length)];
        var last = model.Messages.Count;
        var id = random.Next(3) == 0 ? Math.Max(last - random.Next(6), 0) : random.Next(1, last + 3);
        switch (random.Next(16))
        {
            case < 4:
                var count = random.Next(2) == 0 ? random.Next(60, ChatLimits.MaxBatchSize + 1) : random.Next(1, 12);
                var one = random.Next(3) == 0;
                var authors = Enumerable.Range(0, count).Select(_ => one ? user : Users[random.Next(Users.Length)]).ToList();
                var receipts = await Store.AppendAsync(Room, [.. authors.Select(author => New(author, "hello") with { IsFromApplication = true })], Cancelled);
                model.Messages.AddRange(authors.Zip(receipts, (author, receipt) => (Message?)new Message { Id = receipt.Id, User = author, Text = "hello", Timestamp = receipt.Timestamp }));
                return $"{(one ? user : "all")} sent {count}";
            case 4 or 5:
                await DeleteFromAsync(model, id, 1);
                return $"{id} deleted";
            case 6:
                var run = random.Next(2, 160);
                await DeleteFromAsync(model, Math.Max(id - run, 1), run);
                return $"{run} up to {id} deleted";
            case 7:
                if (model.At(id) is { } message && await EditAsync(id, "edited") is { Message: { } edited })
                {
                    model.Messages[id - 1] = edited;
                }

                return $"{id} edited";
            case 8 or 9 or 10:
                await model.MarkAsync(user, id, back: false, () => room.ReadMarkers.MarkReadAsync(user, id, Cancelled));
                return $"{user} read {id}";
            case 11:
                await model.MarkAsync(user, id, back: true, () => room.ReadMarkers.MarkUnreadAsync(user, id, Cancelled));
                return $"{user} marked {id} unread";
            case 12:
                if (await RefusedOrDoneAsync(() => room.Members.JoinAsync(user, Cancelled)) && model.Members.Add(user))
                {
                    model.Markers[user] = last;
                }

                return $"{user} joins";
            case 13:
                await room.Members.LeaveAsync(user, Cancelled);
                model.Leave(user, ifMember: true);
                return $"{user} leaves";
            case 14:
                var unban = model.Banned.Remove(user);
                if (unban)
                {
                    await room.Members.UnbanAsync(user, Actor.Application, cancellationToken: Cancelled);
                }
                else
                {
                    await room.Members.BanAsync(user, Actor.Application, cancellationToken: Cancelled);
                    model.Banned.Add(user);
                    model.Leave(user, ifMember: false);
                }

                return unban ? $"{user} is unbanned" : $"{user} is banned";
            default:
                model.IsOpen = !model.IsOpen;
                await room.Rules.ChangeAsync(
                    Actor.Application, rules => rules with { Everyone = model.IsOpen ? RuleSet.OpenToEveryone : RoomRights.Join }, Cancelled);
                return model.IsOpen ? "opened" : "closed";
        }
    }

    private static async Task<bool> RefusedOrDoneAsync(Func<Task> call)
    {
        try
        {
            await call();
            return true;
        }
        catch (ChatForbiddenException)
        {
            return false;
        }
    }

    private async Task DeleteFromAsync(Model model, int id, int count)
    {
        for (var next = Math.Max(id, 1); next < id + count; next++)
        {
            (await DeleteAsync(next)).Should().Be(model.At(next) is not null);
            if (model.At(next) is not null)
            {
                model.Messages[next - 1] = null;
            }
        }
    }

    private async Task CheckAsync(IMessageStore store, Model model, string because)
    {
        foreach (var user in Users)
        {
            var room = (await store.RequireMarkers().ReadUserRoomsAsync(user, [Room], Cancelled))[0];
            var mayRead = model.MayRead(user);
            (room.MayRead, room.Member?.IsMember ?? false, room.Marker?.MessageId).Should().Be(
                (mayRead, model.Members.Contains(user), model.Markers.TryGetValue(user, out var marker) ? marker : null), because);
            room.Unread.ToString().Should().Be(mayRead ? model.Unread(user) : "0", because);
            room.LastMessage.Should().Be(mayRead ? model.Messages.LastOrDefault(message => message is not null) : null, because);
            room.Position.MessageId.Should().Be(model.Messages.Count, because);
        }

        var listed = await store.RequireMarkers().ReadMarkersAsync(Room, 0, null, 100, Cancelled);
        listed.Markers.ToDictionary(marker => marker.User, marker => marker.MessageId).Should().BeEquivalentTo(model.Markers, because);
    }

    /// <summary>The plain list: null stands for a deleted message.</summary>
    private sealed class Model
    {
        public List<Message?> Messages { get; } = [];

        public Dictionary<string, long> Markers { get; } = [];

        public HashSet<string> Members { get; } = [];

        public HashSet<string> Banned { get; } = [];

        public bool IsOpen { get; set; } = true;

        public Message? At(int id) => id >= 1 && id <= Messages.Count ? Messages[id - 1] : null;

        public bool MayRead(string user) => !Banned.Contains(user) && (IsOpen || Members.Contains(user));

        public string Unread(string user)
        {
            var count = Messages.OfType<Message>().Count(message => message.Id > Markers.GetValueOrDefault(user) && message.User != user);
            return count > 99 ? "99+" : count.ToString(CultureInfo.InvariantCulture);
        }

        public void Leave(string user, bool ifMember)
        {
            if (Members.Remove(user) || !ifMember)
            {
                Markers.Remove(user);
            }
        }

        public async Task MarkAsync(string user, long id, bool back, Func<Task<ReadMarker>> mark)
        {
            if (id < 1)
            {
                await Assert.ThrowsAsync<ChatInputException>(mark);
            }
            else if (!MayRead(user))
            {
                await Assert.ThrowsAsync<ChatForbiddenException>(mark);
            }
            else if (id > Messages.Count)
            {
                await Assert.ThrowsAsync<ChatInputException>(mark);
            }
            else
            {
                var before = Markers.GetValueOrDefault(user);
                Markers[user] = back ? Math.Min(before, id - 1) : Math.Max(before, id);
                (await mark()).MessageId.Should().Be(Markers[user]);
            }
        }
    }
}
