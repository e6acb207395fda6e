using CsCheck;

namespace RedisChat.Conformance;

/// <summary>In random histories of five users in two rooms, what mentions each user, and how much of it is unread, equals a model at every step.</summary>
/// <param name="stores">Opens the store under test.</param>
public abstract class MentionModelTests(StoreFactory stores) : StoreTests(stores)
{
    private const int Size = 5;

    private static readonly string[] Roles = [RoomRole.Member, RoomRole.Moderator, RoomRole.Reader];

    private static readonly Gen<Step> Steps =
        Gen.Select(Gen.Int[0, 23], Gen.Int[0, 1], Gen.Int[0, Size - 1], Gen.Int[0, 999], Gen.Int[0, (1 << (Size + 4)) - 1], Gen.Bool)
            .Select(step => new Step(step.Item1, step.Item2, step.Item3, step.Item4, step.Item5, step.Item6));

    /// <summary>The number of histories.</summary>
    protected virtual int Histories => 5;

    /// <summary>Whether attempts may get no answer. The error of a refusal then says that an earlier attempt may have succeeded; in this model it cannot.</summary>
    protected virtual bool LosesAnswers => false;

    // Calls have time enough even where connections are cut all the time.
    private Chat Chat => new(Store, new ChatOptions { OperationTimeout = TimeSpan.FromMinutes(1) });

    /// <summary>Runs the test. A store without mentions overrides this, and asserts that the test ends with a <see cref="NotSupportedException"/>.</summary>
    /// <param name="test">The test.</param>
    protected virtual Task RunAsync(Func<Task> test) => test();

    [Fact]
    public Task Mentions_equal_a_model_at_every_step() => RunAsync(async () =>
        await Steps.Array[40, 70].SampleAsync(
            async steps =>
            {
                string[] users = [.. Enumerable.Range(0, Size).Select(_ => InboxTests.NewUser())];
                ModelRoom[] rooms = [new(), new()];
                foreach (var room in rooms)
                {
                    await BeginAsync(room, users, isOpen: room == rooms[0]);
                }

                for (var i = 0; i < steps.Length; i++)
                {
                    await TakeAsync(rooms[steps[i].Room], users, users[steps[i].User], steps[i], $"text {i}");
                    foreach (var user in users)
                    {
                        await CheckAsync(rooms, user, $"step {i} was {steps[i]}");
                    }
                }
            },
            iter: Histories, threads: 1));

    /// <summary>Gives a room rules, and a history that is long enough to be sealed in part.</summary>
    private async Task BeginAsync(ModelRoom room, string[] users, bool isOpen)
    {
        room.Everyone = isOpen ? RuleSet.OpenToEveryone : RoomRights.Join;
        await Chat.Room(room.Id).Rules.ChangeAsync(Actor.Application, rules => rules with { Everyone = room.Everyone }, Cancelled);
        for (var batch = 0; batch < 2; batch++)
        {
            NewMessage[] messages =
            [
                .. Enumerable.Range(0, 128).Select(i => new NewMessage("zoe", $"{i}")
                {
                    IsFromApplication = true,
                    Mentions = i % 9 == 0 ? [Mention.User(users[i % Size])] : i % 50 == 7 ? [Mention.Everyone] : [],
                }),
            ];
            await Chat.SendManyAsync(room.Id, messages, Cancelled);
            room.Messages.AddRange(messages.Select(message => new ModelMessage(message.User, message.Mentions)));
        }

        await SettledAsync();
    }

    private async Task CheckAsync(ModelRoom[] rooms, string user, string because)
    {
        var chat = Chat;
        foreach (var room in rooms)
        {
            (await chat.Room(room.Id).ReadMarkers.GetUnreadMentionsAsync(user, Cancelled)).Should().Be(room.Unread(user), because);
            if (room.May(user, RoomRights.Read))
            {
                (await chat.Room(room.Id).Mentions.ListAsync(user, limit: ChatLimits.MaxPageSize, cancellationToken: Cancelled)).Messages.Select(message => message.Id)
                    .Should().Equal(room.Mentioning(user).Reverse(), because);
            }
        }

        (await chat.User(user).Inbox.CountUnreadMentionsAsync(Cancelled)).Should().Be(rooms.Where(room => room.Roles.ContainsKey(user)).Sum(room => room.Unread(user)), because);
    }

    private async Task TakeAsync(ModelRoom room, string[] users, string user, Step step, string text)
    {
        var target = Chat.Room(room.Id);
        var mentions = step.Mentions(users);
        var by = step.IsApplication ? Actor.Application : user;
        var id = 1 + (step.Number % room.Messages.Count);
        switch (step.Kind)
        {
            case <= 4:
                if (await TryAsync(step.IsApplication || room.MaySend(user, mentions), () => target.SendAsync(New(user, mentions, step.IsApplication), Cancelled)))
                {
                    room.Messages.Add(new(user, mentions));
                }

                break;
            case <= 6:
                NewMessage[] messages = [New(user, mentions, step.IsApplication), New(user, [], step.IsApplication), New(user, [Mention.User(users[0])], step.IsApplication)];
                if (await TryAsync(step.IsApplication || room.MaySend(user, [.. mentions, Mention.User(users[0])]), () => target.SendManyAsync(messages, Cancelled)))
                {
                    room.Messages.AddRange(messages.Select(message => new ModelMessage(user, message.Mentions)));
                }

                break;
            case <= 11:
                // Any message, and more often a recent one.
                id = step.Kind % 2 == 0 ? id : Math.Max(room.Messages.Count - (step.Number % 8), 1);
                var message = room.Messages[id - 1];
                var edit = new MessageEdit(text) { Mentions = step.Kind == 7 ? null : [.. mentions] };
                var mayEdit = step.IsApplication || message.IsDeleted
                    || (message.User == user && room.May(user, RoomRights.ChangeOwn) && room.MayMention(user, [.. mentions.Where(_ => edit.Mentions is not null).Except(message.Mentions)]));
                if (await TryAsync(mayEdit, () => target.EditAsync(id, by, edit, Cancelled)) && edit.Mentions is not null)
                {
                    message.Mentions = mentions;
                }

                break;
            case 12:
                await target.DeleteAsync(id, Actor.Application, cancellationToken: Cancelled);
                room.Messages[id - 1].IsDeleted = true;
                break;
            case 13:
                await target.DeleteManyAsync(MessageSelection.Between(id, id + (step.Number % 7)), Actor.Application, cancellationToken: Cancelled);
                room.Messages.Skip(id - 1).Take(1 + (step.Number % 7)).ToList().ForEach(deleted => deleted.IsDeleted = true);
                break;
            case 14 when step.Number % 4 == 0:
                await target.DeleteManyAsync(MessageSelection.By(user), Actor.Application, cancellationToken: Cancelled);
                room.Messages.FindAll(sent => sent.User == user).ForEach(deleted => deleted.IsDeleted = true);
                break;
            case 15 or 16:
                if (await TryAsync(room.May(user, RoomRights.Read), () => target.ReadMarkers.MarkReadAsync(user, id, Cancelled)))
                {
                    room.Markers[user] = Math.Max(room.Markers.GetValueOrDefault(user), id);
                }

                break;
            case 17:
                if (await TryAsync(room.May(user, RoomRights.Read), () => target.ReadMarkers.MarkUnreadAsync(user, id, Cancelled)))
                {
                    room.Markers[user] = Math.Min(room.Markers.GetValueOrDefault(user), id - 1);
                }

                break;
            case <= 20 and >= 18:
                if (await TryAsync(!room.Banned.Contains(user), () => target.Members.SetRoleAsync(user, Roles[step.Number % 3], Actor.Application, cancellationToken: Cancelled)))
                {
                    if (!room.Roles.ContainsKey(user))
                    {
                        room.Markers[user] = room.Messages.Count;
                    }

                    room.Roles[user] = Roles[step.Number % 3];
                }

                break;
            case 21:
                await target.Members.LeaveAsync(user, Cancelled);
                if (room.Roles.Remove(user))
                {
                    room.Markers.Remove(user);
                }

                break;
            case 22 when step.Number % 2 == 0:
                await target.Members.BanAsync(user, Actor.Application, cancellationToken: Cancelled);
                room.Banned.Add(user);
                room.Roles.Remove(user);
                room.Markers.Remove(user);
                break;
            case 22 or 23:
                await target.Members.UnbanAsync(user, Actor.Application, cancellationToken: Cancelled);
                room.Banned.Remove(user);
                break;
        }
    }

    private static NewMessage New(string user, IReadOnlyList<Mention> mentions, bool isFromApplication) =>
        new(user, $"{Guid.NewGuid()}") { Mentions = [.. mentions], IsFromApplication = isFromApplication };

    /// <summary>Runs a call that must be refused unless it is allowed; returns whether it succeeded.</summary>
    private async Task<bool> TryAsync(bool isAllowed, Func<Task> call)
    {
        if (isAllowed)
        {
            await call();
        }
        else
        {
            var error = await Assert.ThrowsAnyAsync<ChatException>(call);
            (LosesAnswers && error is ChatUnavailableException ? error.InnerException : error).Should().BeOfType<ChatForbiddenException>();
        }

        return isAllowed;
    }

    /// <summary>A step of a history.</summary>
    private sealed record Step(int Kind, int Room, int User, int Number, int Mentioned, bool IsApplication)
    {
        public IReadOnlyList<Mention> Mentions(string[] users)
        {
            // Each bit is a user, a role or everyone; fewer of them, so that refusals are not the rule.
            var bits = Mentioned & (Number * 7919);
            List<Mention> all = [.. users.Select(Mention.User), .. MentionModelTests.Roles.Select(Mention.Role), Mention.Everyone];
            return [.. all.Where((_, i) => (bits & (1 << i)) != 0).OrderBy(mention => $"{mention}", StringComparer.Ordinal)];
        }
    }

    private sealed class ModelMessage(string user, IReadOnlyList<Mention> mentions)
    {
        public string User => user;

        public IReadOnlyList<Mention> Mentions { get; set; } = mentions;

        public bool IsDeleted { get; set; }
    }

    private sealed class ModelRoom
    {
        public string Id { get; } = NewRoom();

        public RoomRights Everyone { get; set; }

        public List<ModelMessage> Messages { get; } = [];

        public Dictionary<string, string> Roles { get; } = [];

        public HashSet<string> Banned { get; } = [];

        public Dictionary<string, int> Markers { get; } = [];

        public bool May(string user, RoomRights right) =>
            !Banned.Contains(user) && (Roles.TryGetValue(user, out var role) ? RoomRole.Defaults.Single(known => known.Name == role).Rights : Everyone).HasFlag(right);

        public bool MaySend(string user, IReadOnlyList<Mention> mentions) => May(user, RoomRights.Send) && MayMention(user, mentions);

        public bool MayMention(string user, IReadOnlyList<Mention> mentions) =>
            (!mentions.Contains(Mention.Everyone) || May(user, RoomRights.MentionEveryone))
            && mentions.All(mention => mention.Kind != MentionKind.User || mention.Id == user || May(mention.Id, RoomRights.Read));

        public IEnumerable<long> Mentioning(string user) =>
            Enumerable.Range(1, Messages.Count).Where(id => Mentions(Messages[id - 1], user)).Select(id => (long)id);

        public int Unread(string user) =>
            May(user, RoomRights.Read) ? Math.Min(Mentioning(user).Count(id => id > Markers.GetValueOrDefault(user)), ChatLimits.MaxUnread) : 0;

        private bool Mentions(ModelMessage message, string user) =>
            !message.IsDeleted && message.User != user && message.Mentions.Any(mention => mention.Kind switch
            {
                MentionKind.User => mention.Id == user,
                MentionKind.Role => Roles.GetValueOrDefault(user) == mention.Id,
                _ => true,
            });
    }
}
