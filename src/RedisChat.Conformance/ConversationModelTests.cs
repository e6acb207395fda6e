using System.Globalization;

namespace RedisChat.Conformance;

/// <summary>
/// Random conversations of five users that use all features together: sends, replies, mentions, attachments, link previews, messages that expire, threads, edits, deletions, pins, reactions,
/// messages written part by part, schedules, bans, roles, read markers, and a retention by number. The store under test must answer each step, and show everyone the same room, as the in-memory store does.
/// </summary>
/// <remarks>
/// A message that expires in a second may be there or not for those who touch it meanwhile. Before everything is compared, the upkeep has deleted it. Scheduled messages that are due are sent, and the history is
/// trimmed, by the processes of an application.
/// </remarks>
/// <param name="stores">Opens the store under test. No other test may use its upkeep and schedule.</param>
public abstract class ConversationModelTests(StoreFactory stores) : StoreTests(stores)
{
    private const string Refused = "refused: ";

    private static readonly string[] Users = ["alice", "bob", "carol", "dave", "erin"];

    /// <summary>The number of steps of a conversation.</summary>
    protected virtual int Steps => 500;

    /// <summary>How often the history is trimmed.</summary>
    protected virtual int Trims => 4;

    /// <summary>How often everything that can be seen is compared, in steps.</summary>
    protected virtual int StepsBetweenLooks => 12;

    /// <summary>
    /// Whether attempts may get no answer, so that calls are repeated: then, steps are compared only by whether they succeeded, since a repeated deletion finds nothing to delete, and a repeated edit
    /// is another version.
    /// </summary>
    protected virtual bool LosesAnswers => false;

    /// <summary>Is called before each step. May break what the store uses, if the store survives that.</summary>
    /// <param name="number">The step's number, from 1 to <see cref="Steps"/>.</param>
    protected virtual Task BeforeStepAsync(int number) => Task.CompletedTask;

    /// <summary>Runs a test. A store without these abilities overrides it, and asserts that the test ends with a <see cref="NotSupportedException"/>.</summary>
    /// <param name="test">The test.</param>
    protected virtual Task RunAsync(Func<Task> test) => test();

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public Task A_store_answers_and_shows_what_the_in_memory_store_does(int seed) => RunAsync(async () =>
    {
        var random = new Random(seed);
        var modelStore = new InMemoryMessageStore();
        var (tested, model) = (Open(Store), Open(modelStore));
        var (testedUpkeep, modelUpkeep) = (new ConversationUpkeep(Store, Room, Cancelled), new ConversationUpkeep(modelStore, Room, Cancelled));
        var names = Users.Select(user => $"{user} {Room}").ToArray();
        var later = (await tested.SendAsync(NewRoom(), "clock", "tick", Cancelled)).Timestamp.AddYears(1);
        var steps = new List<string>();
        var brief = new HashSet<long>();
        for (var number = 1; number <= Steps; number++)
        {
            var step = NextStep(random, names, (await model.Rooms.GetInfoAsync(Room, Cancelled)).LastMessageId, brief, later);
            steps.Add($"{number}. {step.Name}");
            await BeforeStepAsync(number);
            var expected = await OutcomeAsync(model, step.Act);
            var outcome = await OutcomeAsync(tested, step.Act);
            if (!step.IsEither)
            {
                Compared(outcome).Should().Be(Compared(expected), "of\n{0}", string.Join('\n', steps));
            }

            if (step.IsBrief && long.TryParse(expected, CultureInfo.InvariantCulture, out var id))
            {
                brief.Add(id);
            }

            if (step.DueOf is { } user)
            {
                await modelUpkeep.SendDueAsync(user);
                await testedUpkeep.SendDueAsync(user);
            }

            var isTrim = number % (Steps / Trims) == 0;
            if (isTrim || number % StepsBetweenLooks == 0 || number == Steps)
            {
                if (brief.Count > 0)
                {
                    await modelUpkeep.ExpireAsync();
                    await testedUpkeep.ExpireAsync();
                    brief.Clear();
                }

                if (isTrim)
                {
                    var policy = new RetentionPolicy { MaxMessages = random.Next(1, 250) };
                    var oldest = await modelUpkeep.TrimNowAsync(policy);
                    await testedUpkeep.TrimAsync(policy, oldest);
                    steps.Add($"{number}. of the room, {policy.MaxMessages} messages stay: from {oldest}");
                }

                var shown = await ShowAsync(model, modelStore.GetAbility<IAttachmentNoticeStore>()!, names);
                (await ShowAsync(tested, Store.GetAbility<IAttachmentNoticeStore>()!, names)).Should().Be(shown, "after\n{0}", string.Join('\n', steps));
            }
        }
    });

    private static Chat Open(IMessageStore store) =>
        new(store, new ChatOptions { KeptVersions = 2, OperationTimeout = TimeSpan.FromMinutes(1) }, attachments: new NoAttachments());

    private string Compared(string outcome) => LosesAnswers && !outcome.StartsWith(Refused, StringComparison.Ordinal) ? "succeeded" : outcome;

    /// <summary>What a step returns, or the error that it ends with.</summary>
    private async Task<string> OutcomeAsync(Chat chat, Func<ChatRoom, Task<string>> act)
    {
        try
        {
            return await act(chat.Room(Room));
        }
        catch (ChatStoreFullException) when (LosesAnswers)
        {
            // The user tries again until there is room.
            await Task.Delay(TimeSpan.FromMilliseconds(100), Cancelled);
            return await OutcomeAsync(chat, act);
        }
        catch (Exception e) when (e is ChatException or ChatInputException)
        {
            // If an attempt got no answer, the error of the next one says that it may have succeeded. In this model it cannot.
            var refusal = LosesAnswers && e is ChatUnavailableException { InnerException: ChatException inner } ? inner : e;
            return Refused + (refusal is ChatForbiddenException forbidden ? $"{forbidden.Reason}" : refusal.GetType().Name);
        }
    }

    private static ConversationStep NextStep(Random random, string[] users, long newest, HashSet<long> brief, DateTimeOffset later)
    {
        // Mostly messages that exist, and sometimes such that are trimmed.
        var (user, other, reply) = (users[random.Next(users.Length)], users[random.Next(users.Length)], (long)random.Next(1, 6));
        var id = random.Next(5) == 0 ? random.NextInt64(1, newest + 6) : Math.Max(1, newest + 5 - random.Next(40));
        var isEither = brief.Contains(id);

        // What some steps do to a message outlasts it, or is refused by some stores once it has expired.
        var lasting = id;
        while (brief.Contains(lasting))
        {
            lasting++;
        }

        Actor by = random.Next(3) == 0 ? Actor.Application : user;
        var number = random.Next(1000).ToString(CultureInfo.InvariantCulture);
        var link = $"https://example.com/{random.Next(3)}";
        switch (random.Next(24))
        {
            case < 4:
                long? parent = random.Next(3) == 0 ? lasting : null;
                Mention[] mentions = random.Next(3) switch { 0 => [Mention.User(other)], 1 => [Mention.Role(RoomRole.Moderator)], _ => [] };
                var message = new NewMessage(user, random.Next(3) == 0 ? $"{number} {link}" : number)
                {
                    ReplyTo = parent,
                    Mentions = [.. mentions],
                    Attachments = random.Next(4) == 0 ? [File(number)] : default,
                    ExpiresAfter = random.Next(16) switch { 0 => ChatLimits.MinMessageLife, 1 or 2 => TimeSpan.FromDays(1), _ => null },
                };
                return new(
                    $"{user} sends {number} to {parent} for {string.Join(' ', mentions.Select(mention => $"{mention}"))} with a life of {message.ExpiresAfter}",
                    async room => $"{(await room.SendAsync(message, Cancelled)).Id}")
                {
                    IsBrief = message.ExpiresAfter == ChatLimits.MinMessageLife,
                };
            case 4:
                return new($"{by} edits {lasting}", async room => $"{(await room.EditAsync(lasting, by, number, Cancelled))?.Version}");
            case 5:
                var edit = new MessageEdit(number)
                {
                    Mentions = random.Next(2) == 0 ? [Mention.User(other)] : [],
                    Attachments = random.Next(3) switch { 0 => [File(number)], 1 => [], _ => null },
                };
                return new($"{by} edits {lasting} with mentions", async room => $"{(await room.EditAsync(lasting, by, edit, Cancelled))?.Mentions.Count}");
            case 6:
                return new($"{by} deletes {lasting}", async room => $"{await room.DeleteAsync(lasting, by, "spam", Cancelled)}");
            case 7:
                var selection = MessageSelection.Of(id, id + 1, id + 3);
                return new($"{by} deletes {id}, {id + 1}, {id + 3}", async room => $"{(await room.DeleteManyAsync(selection, by, "many", cancellationToken: Cancelled)).Deleted}");
            case 8:
                return new($"{user} reacts to {id}", room => ReactAsync(() => room.Reactions.AddAsync(id, user, "👍", Cancelled))) { IsEither = isEither };
            case 9:
                return new($"{user} takes a reaction to {id} back", room => ReactAsync(() => room.Reactions.RemoveAsync(id, user, "👍", Cancelled))) { IsEither = isEither };
            case 10:
                return new($"{by} pins {id}", async room => $"{await room.Pins.PinAsync(id, by, Cancelled)}") { IsEither = isEither };
            case 11:
                return new($"{user} replies in the thread of {lasting}", async room => $"{(await room.Thread(lasting).SendAsync(user, number, Cancelled)).Id}");
            case 12:
                return new($"{by} deletes {reply} of the thread of {lasting}", async room => $"{await room.Thread(lasting).DeleteAsync(reply, by, cancellationToken: Cancelled)}");
            case 13:
                return new($"{user} has read {id}", async room => $"{(await room.ReadMarkers.MarkReadAsync(user, id, Cancelled)).MessageId}");
            case 14:
                return new($"{user} writes a message part by part", async room =>
                {
                    await using var writer = await room.BeginAsync(user, cancellationToken: Cancelled);
                    await writer.AppendAsync(number, Cancelled);
                    await writer.FlushAsync(Cancelled);
                    await writer.AppendAsync("!", Cancelled);
                    return (await writer.CompleteAsync(Cancelled)).Text;
                });
            case 15:
                return new($"{user} joins", async room => $"{(await room.Members.JoinAsync(user, Cancelled)).Role}");
            case 16:
                return new($"{user} follows the thread of {lasting}", async room => $"{(await room.Thread(lasting).Members.JoinAsync(user, Cancelled)).IsMember}");
            case 17 when random.Next(2) == 0:
                return new($"{user} is banned", async room => $"{(await room.Members.BanAsync(user, Actor.Application, cancellationToken: Cancelled)).IsMember}");
            case 17:
                return new($"{user} becomes a moderator", async room => $"{(await room.Members.SetRoleAsync(user, RoomRole.Moderator, Actor.Application, cancellationToken: Cancelled)).Role}");
            case 18:
                return new($"{user} is no longer banned", async room => $"{(await room.Members.UnbanAsync(user, Actor.Application, cancellationToken: Cancelled)).IsMember}");
            case 19:
                return new($"{id} gets a preview of {link}", async room =>
                    $"{(await room.Previews.SetAsync(id, [new LinkPreview { Address = link, Title = number }], Cancelled))?.Previews.Count}")
                {
                    IsEither = isEither,
                };
            case 20:
                var many = Enumerable.Range(0, 40).Select(n => new NewMessage(user, $"{number} {n}")).ToList();
                return new($"{user} sends 40 messages", async room => $"{(await room.SendManyAsync(many, Cancelled))[^1].Id}");
            case 21:
                return new($"{user} schedules {number} for now", async room =>
                    (await room.Schedule.AddAsync(new NewMessage(user, number), ConversationStep.Due, Cancelled)).Message.Text)
                {
                    DueOf = user,
                };
            default:
                return new($"{user} schedules {number}", async room => (await room.Schedule.AddAsync(new NewMessage(user, number), later, Cancelled)).Message.Text);
        }
    }

    private static Attachment File(string name) => new() { Kind = AttachmentKinds.File, Name = name, MediaType = "text/plain", Size = 1, Address = $"file:{name}" };

    // If a reaction would change nothing, it is up to the store whether the rules refuse it. What it leaves is compared with everything else.
    private static async Task<string> ReactAsync(Func<Task<IReadOnlyList<Reaction>?>> react)
    {
        try
        {
            await react();
        }
        catch (ChatForbiddenException)
        {
            // Nothing has changed.
        }

        return "";
    }

    /// <summary>A store, unlike a chat, does not repeat what a cut connection has taken away. The chat waits until there is a connection again.</summary>
    private async Task<IReadOnlyList<AttachmentNotice>> ReadNoticesAsync(Chat chat, IAttachmentNoticeStore notices)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return await notices.ReadNoticesAsync(Room, 10_000, Cancelled);
            }
            catch (ChatUnavailableException) when (LosesAnswers && attempt < 100)
            {
                await chat.ReceiveAsync(Room, cancellationToken: Cancelled);
            }
        }
    }

    /// <summary>Everything that can be seen of the room, without times and random ids.</summary>
    private async Task<string> ShowAsync(Chat chat, IAttachmentNoticeStore notices, string[] users)
    {
        var room = chat.Room(Room);
        var page = await room.ReceiveAsync(new MessageQuery(ChatLimits.MaxPageSize) { IncludeDeleted = true }, Cancelled);
        var lines = page.Messages.Select(Text).ToList();
        lines.AddRange(page.Parents.OrderBy(parent => parent.Key).Select(parent => $"parent {parent.Key} {parent.Value.IsDeleted} {parent.Value.Message?.Text}"));
        lines.AddRange(page.Reactions.OrderBy(reactions => reactions.Key).Select(reactions => $"reactions {reactions.Key} {Text(reactions.Value)}"));

        // Message by message: how many a tombstone covers may depend on how often the deletion was tried.
        lines.AddRange(page.Tombstones.SelectMany(tombstone => Enumerable.Range((int)tombstone.FirstId, (int)(tombstone.LastId - tombstone.FirstId + 1)).Select(
            id => $"deleted {id} {tombstone.User} {tombstone.Reason} {tombstone.DeletedAt is not null}")));
        lines.AddRange((await room.Pins.ListAsync(Cancelled)).Select(pin => $"pin {pin.MessageId} {pin.By} {pin.Message?.Text}"));
        foreach (var (id, thread) in page.Threads.OrderBy(thread => thread.Key))
        {
            lines.Add($"thread {id} {thread.Count} {thread.LastReplyId} {string.Join(' ', thread.Participants)}");
            lines.AddRange((await room.Thread(id).ReceiveAsync(cancellationToken: Cancelled)).Messages.Select(reply => $"reply {Text(reply)}"));
        }

        var first = await room.ReceiveAsync(new MessageQuery(3) { After = 0 }, Cancelled);
        lines.Add($"begins with {string.Join(' ', first.Messages.Select(message => message.Id))} {first.HasOlder} {page.HasOlder}");
        foreach (var message in page.Messages.Where(message => message.Version > 1 && !LosesAnswers))
        {
            lines.AddRange((await room.Versions.ListAsync(message.Id, Actor.Application, Cancelled)).Select(version => $"version {message.Id} {version.Version} {version.Text}"));
        }

        lines.AddRange((await ReadNoticesAsync(chat, notices))
            .Select(notice => $"released {notice.Room[Room.Length..]} {notice.MessageId} {string.Join(' ', notice.Attachments.Select(file => file.Name))} {notice.Reason}").Order(StringComparer.Ordinal));
        foreach (var user in users)
        {
            lines.Add($"of {user}: " + await OutcomeAsync(chat, async found =>
                $"{(await found.ReadMarkers.GetUnreadAsync(user, Cancelled)).Count} unread, {await found.ReadMarkers.GetUnreadMentionsAsync(user, Cancelled)} mentions"));
            lines.Add($"mentions of {user}: " + await OutcomeAsync(chat, async found =>
                string.Join(' ', (await found.Mentions.ListAsync(user, cancellationToken: Cancelled)).Messages.Select(message => message.Id))));
            lines.Add($"scheduled by {user}: {string.Join(' ', (await room.Schedule.ListAsync(user, Cancelled)).Select(scheduled => $"{scheduled.Message.Text} {scheduled.Failure is not null}").Order(StringComparer.Ordinal))}");
            var own = await room.ReceiveAsync(new MessageQuery(3) { After = 0, User = user }, Cancelled);
            lines.Add($"first of {user}: {string.Join(' ', own.Messages.Select(message => message.Id))}");
            var inbox = await chat.User(user).Inbox.ListAsync(limit: 100, cancellationToken: Cancelled);
            lines.AddRange(inbox.Rooms.OrderBy(entry => entry.Room, StringComparer.Ordinal).Select(
                entry => $"inbox of {user}: {entry.Room[Room.Length..]} {entry.Unread.Count} {entry.UnreadMentions} {entry.LastMessage?.Text}"));
        }

        return string.Join('\n', lines);
    }

    private static string Text(IReadOnlyList<Reaction>? reactions) => string.Join(' ', (reactions ?? []).Select(reaction => $"{reaction.Emoji}{reaction.Count}"));

    private string Text(Message message) =>
        $"{message.Id} {message.User} {message.Text} {message.ReplyTo} {string.Join(' ', message.Mentions.Select(mention => $"{mention}"))} "
        + $"{(LosesAnswers ? Math.Min(message.Version, 2) : message.Version)} {message.Writing} {message.ExpiresAt is not null} "
        + $"{string.Join(' ', message.Attachments.Select(file => file.Name))} {string.Join(' ', message.Previews.Select(preview => $"{preview.Address} {preview.Title}"))}";

    private sealed class NoAttachments : IAttachmentStore
    {
        public ValueTask ReleasedAsync(IReadOnlyList<ReleasedAttachment> released, CancellationToken cancellationToken = default) => default;
    }
}
