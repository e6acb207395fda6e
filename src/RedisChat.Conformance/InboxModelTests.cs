using CsCheck;

namespace RedisChat.Conformance;

/// <summary>In random histories of five users in five rooms, every inbox, read and watched, equals a model of it at every step.</summary>
/// <param name="stores">Opens the store under test.</param>
public abstract class InboxModelTests(StoreFactory stores) : StoreTests(stores)
{
    private const int Size = 5;

    private static readonly Gen<Step> Steps = Gen.Select(Gen.Int[0, 18], Gen.Int[0, Size - 1], Gen.Int[0, Size - 1], Gen.Int[0, 99])
        .Select(step => new Step(step.Item1, step.Item2, step.Item3, step.Item4));

    /// <summary>The number of histories.</summary>
    protected virtual int Histories => 8;

    /// <summary>Whether attempts may get no answer. The error of a refusal then says that an earlier attempt may have succeeded; in this model it cannot.</summary>
    protected virtual bool LosesAnswers => false;

    private Chat Chat => Patient(Store);

    /// <summary>Runs the test. A store without inboxes overrides this, and asserts that the test ends with a <see cref="NotSupportedException"/>.</summary>
    /// <param name="test">The test.</param>
    protected virtual Task RunAsync(Func<Task> test) => test();

    [Fact]
    public Task Inboxes_and_unread_counts_equal_a_model_at_every_step() => RunAsync(async () =>
        await Steps.Array[40, 80].SampleAsync(
            async steps =>
            {
                var model = new Model();
                var watching = Patient(OpenStore());
                var logs = model.Users.Select(user => new InboxLog(watching.User(user).Inbox.WatchAsync(new InboxWatchOptions { Interval = TimeSpan.Zero }))).ToList();
                try
                {
                    foreach (var room in model.Rooms)
                    {
                        await Chat.SendAsync(room.Id, new NewMessage("zoe", "welcome") { IsFromApplication = true });
                        room.Messages.Add(new("zoe", "welcome"));
                    }

                    foreach (var step in steps)
                    {
                        await TakeAsync(model.Rooms[step.Room], model.Users[step.User], step);
                        foreach (var user in model.Users)
                        {
                            await CheckAsync(model, user);
                        }
                    }

                    for (var i = 0; i < Size; i++)
                    {
                        var user = model.Users[i];
                        await logs[i].UntilAsync(log => model.Matches(user, log.Rooms.Values));
                    }
                }
                finally
                {
                    foreach (var log in logs)
                    {
                        await log.DisposeAsync();
                    }
                }
            },
            iter: Histories, threads: 1));

    /// <summary>A chat whose calls have time enough even where connections are cut all the time.</summary>
    private static Chat Patient(IMessageStore store) => new(store, new ChatOptions { OperationTimeout = TimeSpan.FromMinutes(1) });

    private async Task CheckAsync(Model model, string user)
    {
        var inbox = (await Chat.User(user).Inbox.ListAsync(includeHidden: true)).Rooms;
        model.Matches(user, inbox).Should().BeTrue($"the inbox is {string.Join("; ", inbox)} and the model {model.Describe(user)}");
        inbox.Should().BeInDescendingOrder(room => room.LastActivity);
        (await Chat.User(user).Inbox.ListAsync()).Rooms.Select(room => room.Room)
            .Should().Equal(inbox.Where(room => !room.IsHidden).Select(room => room.Room));
    }

    private async Task TakeAsync(ModelRoom room, string user, Step step)
    {
        var chat = Chat;
        var (members, markers, inbox) = (chat.Room(room.Id).Members, chat.Room(room.Id).ReadMarkers, chat.User(user).Inbox);
        var id = 1 + (step.Number % room.Messages.Count);
        var message = room.Messages[id - 1];
        var isBanned = room.Banned.Contains(user);
        switch (step.Kind)
        {
            case 0 or 1 or 2:
                if (await TryAsync(isBanned, () => chat.SendAsync(room.Id, user, $"{step.Number}")))
                {
                    room.Messages.Add(new(user, $"{step.Number}"));
                }

                break;
            case 3 or 4:
                if (await TryAsync(isBanned, () => chat.SendManyAsync(room.Id, [new(user, "a"), new(user, "b"), new(user, "c")])))
                {
                    room.Messages.AddRange([new(user, "a"), new(user, "b"), new(user, "c")]);
                }

                break;
            case 5:
                await chat.EditAsync(room.Id, id, Actor.Application, $"{message.Text}!");
                message.Text += "!";
                break;
            case 6:
                await chat.DeleteAsync(room.Id, id, Actor.Application);
                message.IsDeleted = true;
                break;
            case 7:
                for (var last = Math.Max(room.Messages.Count - 2, 1); last <= room.Messages.Count; last++)
                {
                    await chat.DeleteAsync(room.Id, last, Actor.Application);
                    room.Messages[last - 1].IsDeleted = true;
                }

                break;
            case 8 or 9 or 10:
                if (await TryAsync(isBanned, () => members.JoinAsync(user)) && room.Members.Add(user))
                {
                    room.Markers[user] = room.Messages.Count;
                }

                break;
            case 11:
                await members.LeaveAsync(user);
                room.End(user);
                break;
            case 12:
                await members.BanAsync(user, Actor.Application);
                room.Banned.Add(user);
                room.End(user);
                room.Markers.Remove(user);
                break;
            case 13:
                await members.UnbanAsync(user, Actor.Application);
                room.Banned.Remove(user);
                break;
            case 14 or 15:
                if (await TryAsync(isBanned, () => markers.MarkReadAsync(user, id)))
                {
                    room.Markers[user] = Math.Max(room.Markers.GetValueOrDefault(user), id);
                }

                break;
            case 16:
                if (await TryAsync(isBanned, () => markers.MarkUnreadAsync(user, id)))
                {
                    room.Markers[user] = Math.Min(room.Markers.GetValueOrDefault(user), id - 1);
                }

                break;
            case 17:
                var repeated = new NewMessage(user, "twice") { IdempotencyKey = $"{step.Number}" };
                if (await TryAsync(isBanned && !room.Keys.Contains((user, step.Number)), () => chat.SendAsync(room.Id, repeated)) && room.Keys.Add((user, step.Number)))
                {
                    room.Messages.Add(new(user, "twice"));
                }

                break;
            case 18:
                (await (step.Number % 2 == 0 ? inbox.MuteAsync(room.Id) : inbox.UnmuteAsync(room.Id))).Should().Be(room.Members.Contains(user));
                room.Muted.Remove(user);
                if (room.Members.Contains(user) && step.Number % 2 == 0)
                {
                    room.Muted.Add(user);
                }

                break;
        }
    }

    /// <summary>Runs a call that must fail if the user is banned; returns whether it succeeded.</summary>
    private async Task<bool> TryAsync(bool isBanned, Func<Task> call)
    {
        if (!isBanned)
        {
            await call();
            return true;
        }

        var error = await Assert.ThrowsAnyAsync<ChatException>(call);
        var refusal = LosesAnswers && error is ChatUnavailableException ? error.InnerException : error;
        refusal.Should().BeOfType<ChatForbiddenException>().Which.Reason.Should().Be(ForbiddenReason.Banned);
        return false;
    }

    /// <summary>A step of a history.</summary>
    private sealed record Step(int Kind, int Room, int User, int Number);

    private sealed class ModelMessage(string user, string text)
    {
        public string User => user;

        public string Text { get; set; } = text;

        public bool IsDeleted { get; set; }
    }

    private sealed class ModelRoom
    {
        public string Id { get; } = NewRoom();

        public List<ModelMessage> Messages { get; } = [];

        public HashSet<string> Members { get; } = [];

        public HashSet<string> Banned { get; } = [];

        public HashSet<string> Muted { get; } = [];

        public Dictionary<string, int> Markers { get; } = [];

        public HashSet<(string User, int Key)> Keys { get; } = [];

        public void End(string user)
        {
            if (Members.Remove(user))
            {
                Muted.Remove(user);
                Markers.Remove(user);
            }
        }

        public string Describe(string user) =>
            $"{Id} last '{Messages.FindLast(message => !message.IsDeleted)?.Text}' unread {Unread(user)} of {Messages.Count} read up to {Markers.GetValueOrDefault(user)} muted {Muted.Contains(user)}";

        public int Unread(string user) =>
            Messages.Skip(Markers.GetValueOrDefault(user)).Count(message => !message.IsDeleted && message.User != user);
    }

    private sealed class Model
    {
        public IReadOnlyList<string> Users { get; } = [.. Enumerable.Range(0, Size).Select(_ => InboxTests.NewUser())];

        public IReadOnlyList<ModelRoom> Rooms { get; } = [.. Enumerable.Range(0, Size).Select(_ => new ModelRoom())];

        public bool Matches(string user, IEnumerable<InboxRoom> inbox)
        {
            var found = inbox.ToDictionary(room => room.Room);
            var expected = Rooms.Where(room => room.Members.Contains(user)).ToList();
            return found.Count == expected.Count && expected.TrueForAll(room =>
                found.TryGetValue(room.Id, out var entry)
                && entry.Unread == new UnreadCount(room.Unread(user), false)
                && entry.ReadUpTo == room.Markers.GetValueOrDefault(user)
                && entry.IsMuted == room.Muted.Contains(user)
                && entry.LastMessage?.Text == room.Messages.FindLast(message => !message.IsDeleted)?.Text);
        }

        public string Describe(string user) =>
            string.Join("; ", Rooms.Where(room => room.Members.Contains(user)).Select(room => room.Describe(user)));
    }
}
