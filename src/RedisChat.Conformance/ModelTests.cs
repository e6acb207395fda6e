using CsCheck;

namespace RedisChat.Conformance;

/// <summary>Random histories, applied both to the store and to a plain list: the two must always agree.</summary>
/// <param name="stores">Opens the store under test.</param>
public abstract class ModelTests(StoreFactory stores) : StoreTests(stores)
{
    private static readonly string[] Users = ["alice", "bob", "{carol}:%"];
    private static readonly string[] Emojis = ["👍", "❤", ":shipit:"];

    /// <summary>Whether the histories contain edits. Override it for a store that cannot edit.</summary>
    protected virtual bool Edits => true;

    /// <summary>Whether the histories contain reactions. Override it for a store that keeps none.</summary>
    protected virtual bool Reacts => true;

    /// <summary>Whether the histories contain replies. Override it for a store that has none.</summary>
    protected virtual bool Replies => true;

    /// <summary>How many histories each run tries.</summary>
    protected virtual int Histories => 40;

    private abstract record Move;

    private sealed record Send(string User, string[] Texts) : Move;

    private sealed record Reply(string User, int[] Parents) : Move;

    private sealed record Edit(int Id, string Text) : Move;

    private sealed record Delete(int Id) : Move;

    private sealed record React(int Id, string User, string Emoji, bool Adds) : Move;

    private sealed record Read(MessageQuery Query) : Move;

    /// <summary>The plain list: null stands for a deleted message.</summary>
    private sealed class Model
    {
        public List<Message?> Messages { get; } = [];

        /// <summary>By message, then by first use: the users of each emoji.</summary>
        public Dictionary<long, List<(string Emoji, HashSet<string> Users)>> Reactions { get; } = [];

        public Message? At(int id) => id <= Messages.Count ? Messages[id - 1] : null;
    }

    private static readonly Gen<string> Text = Gen.String[1, 20].Where(text => !text.Any(char.IsSurrogate));

    private static readonly Gen<string?> MaybeUser = Gen.Frequency((3, Gen.Const<string?>((string?)null)), (1, Gen.OneOf(Users).Select(user => (string?)user)));

    private static readonly Gen<MessageQuery> Query =
        from kind in Gen.Int[0, 3]
        from id in Gen.Long[1, 300]
        from limit in Gen.Int[1, 40]
        from user in MaybeUser
        from reader in MaybeUser
        let query = new MessageQuery { Limit = limit, User = user, Reader = reader }
        select kind switch
        {
            0 => query,
            1 => query with { Before = id },
            2 => query with { After = id - 1 },
            _ => query with { Around = id },
        };

    private static readonly Gen<Move> AnyMove = Gen.Frequency(
        (4, Gen.Select(Gen.OneOf(Users), Text.Array[1, 60], (user, texts) => (Move)new Send(user, texts))),
        (2, Gen.Select(Gen.OneOf(Users), Gen.Int[1, 150].Array[1, 5], (user, parents) => (Move)new Reply(user, parents))),
        (2, Gen.Select(Gen.Int[1, 300], Text, (id, text) => (Move)new Edit(id, text))),
        (3, Gen.Int[1, 300].Select(id => (Move)new Delete(id))),
        (4, Gen.Select(
            Gen.Int[1, 60], Gen.OneOf(Users), Gen.OneOf(Emojis), Gen.Int[0, 2],
            (id, user, emoji, kind) => (Move)new React(id, user, emoji, Adds: kind > 0))),
        (4, Query.Select(query => (Move)new Read(query))));

    [Fact]
    public async Task A_random_history_reads_like_a_plain_list()
    {
        await AnyMove.Array[1, 40].SampleAsync(
            async steps =>
            {
                var room = NewRoom();
                var model = new Model();
                foreach (var step in steps)
                {
                    await TakeAsync(step, room, model);
                }

                var (all, count) = (model.Messages, model.Messages.Count);
                var page = await Store.ReadAsync(room, new MessageQuery { Limit = 1000, After = Math.Max(count - 1000, 0) });
                page.Messages.Should().Equal(all.Skip(count - 1000).OfType<Message>());
                CheckReactions(page, model, reader: null);
                CheckParents(page, model);
            },
            iter: Histories, threads: 1);
    }

    [Fact]
    public async Task Paging_from_anywhere_in_any_direction_visits_every_message_once()
    {
        var histories = Gen.Select(Gen.Int[1, 400], Gen.Int[1, 400].Array[0, 200], Gen.Int[1, 60], Gen.Long[1, 400], MaybeUser);
        await histories.SampleAsync(
            async (count, deleted, limit, start, user) =>
            {
                var room = NewRoom();
                await AppendManyAsync(count, room);
                foreach (var id in deleted.Distinct())
                {
                    await Store.ChangeAsync(room, id, _ => MessageDecision.Delete());
                }

                var expected = Enumerable.Range(1, count).Except(deleted).Select(id => (long)id)
                    .Where(id => user is null || user == (id % 2 == 1 ? "alice" : "bob")).ToList();

                var visited = new List<long>();
                MessagePage page;
                var before = start;
                do
                {
                    page = await Store.ReadAsync(room, new MessageQuery { Before = before, Limit = limit, User = user });
                    page.Messages.Count.Should().BeLessThanOrEqualTo(limit);
                    visited.InsertRange(0, page.Messages.Select(message => message.Id));
                    before = page.Messages.Count == 0 ? before : page.Messages[0].Id;
                }
                while (page.HasOlder);

                var after = start - 1;
                do
                {
                    page = await Store.ReadAsync(room, new MessageQuery { After = after, Limit = limit, User = user });
                    page.Messages.Count.Should().BeLessThanOrEqualTo(limit);
                    visited.AddRange(page.Messages.Select(message => message.Id));
                    after = page.Messages.Count == 0 ? after : page.Messages[^1].Id;
                }
                while (page.HasNewer);

                visited.Should().Equal(expected);
            },
            iter: Histories / 2, threads: 1);
    }

    private async Task TakeAsync(Move step, string room, Model model)
    {
        switch (step)
        {
            case Send send:
                var receipts = await Store.AppendAsync(room, [.. send.Texts.Select(text => New(send.User, text))]);
                foreach (var (receipt, text) in receipts.Zip(send.Texts))
                {
                    receipt.Id.Should().Be(model.Messages.Count + 1);
                    model.Messages.Add(new Message { Id = receipt.Id, User = send.User, Text = text, Timestamp = receipt.Timestamp });
                }

                break;
            case Reply reply when Replies:
                var sending = async () => await Store.AppendAsync(room, [.. reply.Parents.Select(parent => New(reply.User, $"to {parent}") with { ReplyTo = parent })]);
                if (reply.Parents.Any(parent => model.At(parent) is null))
                {
                    model.At((int)(await Assert.ThrowsAsync<ChatParentNotFoundException>(sending)).ParentId).Should().BeNull();
                    break;
                }

                foreach (var (receipt, parent) in (await sending()).Zip(reply.Parents))
                {
                    receipt.Id.Should().Be(model.Messages.Count + 1);
                    model.Messages.Add(new Message { Id = receipt.Id, User = reply.User, Text = $"to {parent}", Timestamp = receipt.Timestamp, ReplyTo = parent });
                }

                break;
            case Edit edit when Edits:
                var edited = await Store.ChangeAsync(room, edit.Id, _ => MessageDecision.Edit(edit.Text));
                if (model.At(edit.Id) is { } old)
                {
                    edited.Outcome.Should().Be(ChangeOutcome.Edited);
                    model.Messages[edit.Id - 1] = old with { Text = edit.Text, Version = old.Version + 1, EditedAt = edited.Message!.EditedAt };
                    edited.Message.Should().Be(model.Messages[edit.Id - 1]);
                }
                else
                {
                    edited.Outcome.Should().Be(ChangeOutcome.NotFound);
                }

                break;
            case Delete delete:
                var deleted = await Store.ChangeAsync(room, delete.Id, _ => MessageDecision.Delete());
                deleted.Message.Should().Be(model.At(delete.Id));
                if (deleted.Message is not null)
                {
                    model.Messages[delete.Id - 1] = null;
                    model.Reactions.Remove(delete.Id);
                }

                break;
            case React react when Reacts:
                var reactions = new Chat(Store).Room(room).Reactions;
                var now = react.Adds
                    ? await reactions.AddAsync(react.Id, react.User, react.Emoji)
                    : await reactions.RemoveAsync(react.Id, react.User, react.Emoji);
                if (model.At(react.Id) is null)
                {
                    now.Should().BeNull();
                }
                else
                {
                    Apply(react, model);
                    now.Should().Equal(Reactions(model, react.Id, react.User));
                }

                break;
            case Read read:
                var page = await Store.ReadAsync(room, read.Query);
                page.Messages.Should().Equal(Page(model.Messages, read.Query));
                CheckReactions(page, model, read.Query.Reader);
                CheckParents(page, model);
                break;
        }
    }

    private static void Apply(React react, Model model)
    {
        if (!model.Reactions.TryGetValue(react.Id, out var kinds))
        {
            model.Reactions.Add(react.Id, kinds = []);
        }

        if (!kinds.Exists(kind => kind.Emoji == react.Emoji))
        {
            kinds.Add((react.Emoji, []));
        }

        var users = kinds.Find(kind => kind.Emoji == react.Emoji).Users;
        _ = react.Adds ? users.Add(react.User) : users.Remove(react.User);
        kinds.RemoveAll(kind => kind.Users.Count == 0);
    }

    private static List<Reaction> Reactions(Model model, long id, string? reader) =>
        [.. model.Reactions.GetValueOrDefault(id, []).Select(kind => new Reaction(kind.Emoji, kind.Users.Count, reader is not null && kind.Users.Contains(reader) ? 1 : 0))];

    private static void CheckReactions(MessagePage page, Model model, string? reader)
    {
        foreach (var message in page.Messages)
        {
            page.Reactions.GetValueOrDefault(message.Id, []).Should().Equal(Reactions(model, message.Id, reader));
        }

        page.Reactions.Keys.Should().BeSubsetOf(page.Messages.Select(message => message.Id));
    }

    private static void CheckParents(MessagePage page, Model model) =>
        page.Parents.Should().Equal(page.Messages.Select(message => message.ReplyTo).OfType<long>().Distinct().ToDictionary(
            parent => parent, parent => new ReplyParent { Message = model.At((int)parent), IsDeleted = model.At((int)parent) is null }));

    private static List<Message> Page(List<Message?> model, MessageQuery query)
    {
        var all = model.OfType<Message>().Where(message => query.User is null || message.User == query.User).ToList();
        if (query.After is { } after)
        {
            return [.. all.Where(message => message.Id > after).Take(query.Limit)];
        }

        if (query.Around is { } around)
        {
            var half = query.Limit / 2;
            return [.. all.Where(message => message.Id < around).TakeLast(half), .. all.Where(message => message.Id >= around).Take(query.Limit - half)];
        }

        return [.. all.Where(message => message.Id < (query.Before ?? long.MaxValue)).TakeLast(query.Limit)];
    }
}
