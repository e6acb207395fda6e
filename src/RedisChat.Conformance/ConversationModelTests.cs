using System.Globalization;

namespace RedisChat.Conformance;

/// <summary>
/// Random conversations of five users that use all features together: sends, replies, mentions, attachments, link previews, messages that expire (but not yet), threads, edits, deletions, pins, reactions,
/// messages written part by part, schedules, bans, roles and read markers. The store under test must answer each step, and show everyone the same room, as the in-memory store does.
/// </summary>
/// <param name="stores">Opens the store under test.</param>
public abstract class ConversationModelTests(StoreFactory stores) : StoreTests(stores)
{
    private const string Refused = "refused: ";

    private static readonly string[] Users = ["alice", "bob", "carol", "dave", "erin"];

    /// <summary>The number of steps of a conversation.</summary>
    protected virtual int Steps => 500;

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
        var names = Users.Select(user => $"{user} {Room}").ToArray();
        var steps = new List<string>();
        for (var step = 1; step <= Steps; step++)
        {
            var (name, act) = NextStep(random, names, step);
            steps.Add($"{step}. {name}");
            await BeforeStepAsync(step);
            var expected = Compared(await OutcomeAsync(model, act));
            Compared(await OutcomeAsync(tested, act)).Should().Be(expected, "of\n{0}", string.Join('\n', steps));
            if (step % StepsBetweenLooks == 0 || step == Steps)
            {
                var shown = await ShowAsync(model, modelStore.GetAbility<IAttachmentNoticeStore>()!, names);
                (await ShowAsync(tested, Store.GetAbility<IAttachmentNoticeStore>()!, names)).Should().Be(shown, "after\n{0}", string.Join('\n', steps));
            }
        }
    });

    // The upkeep does not run, so notices of what messages no longer refer to stay where they can be compared.
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

    private static (string Name, Func<ChatRoom, Task<string>> Act) NextStep(Random random, string[] users, int step)
    {
        // Mostly messages that exist: a room grows by about a message in three steps.
        var (user, other, id, reply) = (users[random.Next(users.Length)], users[random.Next(users.Length)], (long)random.Next(1, 10 + (step / 3)), (long)random.Next(1, 6));
        Actor by = random.Next(3) == 0 ? Actor.Application : user;
        var number = random.Next(1000).ToString(CultureInfo.InvariantCulture);
        var link = $"https://example.com/{random.Next(3)}";
        switch (random.Next(21))
        {
            case < 4:
                long? parent = random.Next(3) == 0 ? id : null;
                Mention[] mentions = random.Next(3) switch { 0 => [Mention.User(other)], 1 => [Mention.Role(RoomRole.Moderator)], _ => [] };
                var message = new NewMessage(user, random.Next(3) == 0 ? $"{number} {link}" : number)
                {
                    ReplyTo = parent,
                    Mentions = [.. mentions],
                    Attachments = random.Next(4) == 0 ? [File(number)] : default,
                    ExpiresAfter = random.Next(8) == 0 ? TimeSpan.FromDays(1) : null,
                };
                return ($"{user} sends {number} to {parent} for {string.Join(' ', mentions.Select(mention => $"{mention}"))}", async room => $"{(await room.SendAsync(message, Cancelled)).Id}");
            case 4:
                return ($"{by} edits {id}", async room => $"{(await room.EditAsync(id, by, number, Cancelled))?.Version}");
            case 5:
                var edit = new MessageEdit(number)
                {
                    Mentions = random.Next(2) == 0 ? [Mention.User(other)] : [],
                    Attachments = random.Next(3) switch { 0 => [File(number)], 1 => [], _ => null },
                };
                return ($"{by} edits {id} with mentions", async room => $"{(await room.EditAsync(id, by, edit, Cancelled))?.Mentions.Count}");
            case 6:
                return ($"{by} deletes {id}", async room => $"{await room.DeleteAsync(id, by, "spam", Cancelled)}");
            case 7:
                var selection = MessageSelection.Of(id, id + 1, id + 3);
                return ($"{by} deletes {id}, {id + 1}, {id + 3}", async room => $"{(await room.DeleteManyAsync(selection, by, "many", cancellationToken: Cancelled)).Deleted}");
            case 8:
                return ($"{user} reacts to {id}", room => ReactAsync(() => room.Reactions.AddAsync(id, user, "👍", Cancelled)));
            case 9:
                return ($"{user} takes a reaction to {id} back", room => ReactAsync(() => room.Reactions.RemoveAsync(id, user, "👍", Cancelled)));
            case 10:
                return ($"{by} pins {id}", async room => $"{await room.Pins.PinAsync(id, by, Cancelled)}");
            case 11:
                return ($"{user} replies in the thread of {id}", async room => $"{(await room.Thread(id).SendAsync(user, number, Cancelled)).Id}");
            case 12:
                return ($"{by} deletes {reply} of the thread of {id}", async room => $"{await room.Thread(id).DeleteAsync(reply, by, cancellationToken: Cancelled)}");
            case 13:
                return ($"{user} has read {id}", async room => $"{(await room.ReadMarkers.MarkReadAsync(user, id, Cancelled)).MessageId}");
            case 14:
                return ($"{user} writes a message part by part", async room =>
                {
                    await using var writer = await room.BeginAsync(user, cancellationToken: Cancelled);
                    await writer.AppendAsync(number, Cancelled);
                    await writer.FlushAsync(Cancelled);
                    await writer.AppendAsync("!", Cancelled);
                    return (await writer.CompleteAsync(Cancelled)).Text;
                }
                );
            case 15:
                return ($"{user} joins", async room => $"{(await room.Members.JoinAsync(user, Cancelled)).Role}");
            case 16:
                return ($"{user} follows the thread of {id}", async room => $"{(await room.Thread(id).Members.JoinAsync(user, Cancelled)).IsMember}");
            case 17 when random.Next(2) == 0:
                return ($"{user} is banned", async room => $"{(await room.Members.BanAsync(user, Actor.Application, cancellationToken: Cancelled)).IsMember}");
            case 17:
                return ($"{user} becomes a moderator", async room => $"{(await room.Members.SetRoleAsync(user, RoomRole.Moderator, Actor.Application, cancellationToken: Cancelled)).Role}");
            case 18:
                return ($"{user} is no longer banned", async room => $"{(await room.Members.UnbanAsync(user, Actor.Application, cancellationToken: Cancelled)).IsMember}");
            case 19:
                return ($"{id} gets a preview of {link}", async room =>
                    $"{(await room.Previews.SetAsync(id, [new LinkPreview { Address = link, Title = number }], Cancelled))?.Previews.Count}");
            default:
                return ($"{user} schedules {number}", async room => (await room.Schedule.AddAsync(new NewMessage(user, number), DateTimeOffset.UnixEpoch.AddYears(70), Cancelled)).Message.Text);
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

        foreach (var message in page.Messages.Where(message => message.Version > 1 && !LosesAnswers))
        {
            lines.AddRange((await room.Versions.ListAsync(message.Id, Actor.Application, Cancelled)).Select(version => $"version {message.Id} {version.Version} {version.Text}"));
        }

        lines.AddRange((await notices.ReadNoticesAsync(Room, 10_000, Cancelled))
            .Select(notice => $"released {notice.Room[Room.Length..]} {notice.MessageId} {string.Join(' ', notice.Attachments.Select(file => file.Name))} {notice.Reason}").Order(StringComparer.Ordinal));
        foreach (var user in users)
        {
            lines.Add($"of {user}: " + await OutcomeAsync(chat, async found =>
                $"{(await found.ReadMarkers.GetUnreadAsync(user, Cancelled)).Count} unread, {await found.ReadMarkers.GetUnreadMentionsAsync(user, Cancelled)} mentions"));
            lines.Add($"mentions of {user}: " + await OutcomeAsync(chat, async found =>
                string.Join(' ', (await found.Mentions.ListAsync(user, cancellationToken: Cancelled)).Messages.Select(message => message.Id))));
            lines.Add($"scheduled by {user}: {string.Join(' ', (await room.Schedule.ListAsync(user, Cancelled)).Select(scheduled => scheduled.Message.Text).Order(StringComparer.Ordinal))}");
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
