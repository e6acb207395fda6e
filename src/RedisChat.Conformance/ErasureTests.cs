using System.Text.Json;

namespace RedisChat.Conformance;

/// <summary>Erasing users, and exporting what is stored about them: nothing is left that names the user, and everything of others is as it was.</summary>
/// <param name="stores">Opens the store under test.</param>
public abstract class ErasureTests(StoreFactory stores) : StoreTests(stores)
{
    private static int _users;

    private readonly string _user = NewUser("alice");
    private readonly string _bob = NewUser("bob");

    private IErasureStore Erasures => Store.GetAbility<IErasureStore>() ?? throw new NotSupportedException($"{Store.GetType().Name} does not support erasing users.");

    /// <summary>The chat on the store.</summary>
    protected Chat Chat => field ??= new Chat(Store, new ChatOptions { KeptVersions = 3 });

    [Fact]
    public virtual async Task Nothing_that_names_the_user_is_left()
    {
        await FillAsync(Room);
        var reports = new List<ErasureProgress>();

        var report = await Chat.User(_user).EraseAsync(progress: new Reports(reports), cancellationToken: Cancelled);

        report.Findings!.Remaining.Should().BeEmpty();
        report.Findings.IsClean.Should().BeTrue();
        report.Messages.Should().Be(5, "four are in the room, one of them is being written, and one is in the thread");
        report.Rooms.Should().BeGreaterThanOrEqualTo(2);
        report.Passes.Should().BeGreaterThanOrEqualTo(2);
        report.Alias.Should().StartWith("erased~").And.NotContain(_user);
        reports.Should().NotBeEmpty().And.OnlyContain(progress => progress.RoomsDone <= progress.RoomsTotal);
        reports[^1].Messages.Should().Be(report.Messages);
        (await ExportAsync(_user)).Should().BeEmpty();
        var page = await ReadAsync(new MessageQuery { Limit = 100, IncludeDeleted = true });
        page.Messages.Select(message => message.User).Should().OnlyContain(author => author == _bob);
        page.Messages.SelectMany(message => message.Mentions).Should().NotContain(Mention.User(_user));
        page.Tombstones.Select(tombstone => tombstone.User).Should().NotContain(_user);
        (await Chat.Room(Room).Members.GetAsync(_user, Cancelled)).Should().BeNull();
        (await Chat.Room(Room).Members.GetAsync("mallory", Cancelled))!.Ban.Should().Be(new Restriction(null, null, "spam"));
        (await Chat.Room(Room).Pins.ListAsync(Cancelled)).Select(pin => (pin.MessageId, pin.By)).Should().Equal((2, null));
        (await Chat.User(_user).Drafts.ListAsync(Cancelled)).Should().BeEmpty();
        (await Chat.User(_user).Inbox.ListAsync(cancellationToken: Cancelled)).Rooms.Should().BeEmpty();
        (await Chat.Room(Room).Schedule.ListAsync(_user, Cancelled)).Should().BeEmpty();
        (await Chat.Room(Room).Schedule.ListAsync(_bob, Cancelled)).Single().Message.Mentions.Count.Should().Be(0);
        (await Chat.Room(Room).Presence.ListAsync(cancellationToken: Cancelled)).Users.Should().NotContain(_user);
        (await Chat.Room(Room).Mentions.ListAsync(_user, cancellationToken: Cancelled)).Messages.Should().BeEmpty();
    }

    [Fact]
    public virtual async Task Messages_are_made_anonymous_with_their_ids_times_order_and_texts()
    {
        await FillAsync(Room);
        var before = (await ReadAsync(new MessageQuery { Limit = 100 })).Messages;
        var unfinished = before.Single(message => message.Writing == WritingState.InProgress).Id;

        var report = await Chat.User(_user).EraseAsync(new ErasureOptions { Mode = ErasureMode.Anonymize }, cancellationToken: Cancelled);

        report.Findings!.Remaining.Should().BeEmpty();
        report.Messages.Should().Be(5);
        var after = (await ReadAsync(new MessageQuery { Limit = 100 })).Messages;
        after.Should().Equal(before.Where(message => message.Id != unfinished).Select(message => message with
        {
            User = message.User == _user ? report.Alias! : message.User,
            IdempotencyKey = message.User == _user ? null : message.IdempotencyKey,
            Mentions = [.. message.Mentions.Where(mention => mention != Mention.User(_user))],
        }));
        (await ReadAsync(new MessageQuery { User = report.Alias, Limit = 100 })).Messages.Select(message => message.Id)
            .Should().Equal(before.Where(message => message.User == _user && message.Id != unfinished).Select(message => message.Id));
        (await ReadAsync(new MessageQuery { User = _user })).Messages.Should().BeEmpty();
        var thread = (await Chat.ReceiveAsync(Room, new MessageQuery { Limit = 100 }, Cancelled)).Threads[2];
        thread.Participants.Should().BeEquivalentTo([report.Alias, _bob]);
        thread.Count.Should().Be(2);
        (await Chat.Room(Room).Versions.ListAsync(3, Actor.Application, Cancelled)).Should().ContainSingle();
    }

    [Fact]
    public virtual async Task What_belongs_to_others_stays_as_it_was()
    {
        var other = NewRoom();
        await FillAsync(Room);
        await Chat.SendManyAsync(other, [New(_bob, "not about anyone"), New("carol", $"hello{_user}")], Cancelled);
        var untouched = await ReadAsync(room: other);
        var bobs = await ExportAsync(_bob);

        await Chat.User(_user).EraseAsync(cancellationToken: Cancelled);

        (await ReadAsync(room: other)).Should().BeEquivalentTo(untouched);
        var page = await Chat.ReceiveAsync(Room, new MessageQuery { Reader = _bob, Limit = 100 }, Cancelled);
        page.Messages.Where(message => message.User == _bob).Select(message => (message.Id, message.Text)).Should().Equal((2, "hello"), (4, "both"));
        page.Reactions[2].Should().Equal(new Reaction("👍", 1, 1));
        (await Chat.Room(Room).ReadMarkers.GetAsync(_bob, Cancelled))!.MessageId.Should().Be(2);
        (await Chat.Room(Room).ReadMarkers.GetUnreadAsync(_bob, Cancelled)).Count.Should().Be(0);
        (await Chat.Room(Room).Mentions.ListAsync("carol", cancellationToken: Cancelled)).Messages.Select(message => message.Id).Should().Equal(4);
        (await Chat.Room(Room).Thread(2).ReceiveAsync(cancellationToken: Cancelled)).Messages.Select(message => message.User).Should().Equal(_bob);
        page.Threads[2].Participants.Should().Equal(_bob);
        page.Threads[2].Count.Should().Be(1);
        var now = await ExportAsync(_bob);
        now.Select(record => record.Kind).Should().Equal(bobs.Select(record => record.Kind).Where(kind => kind != UserRecordKind.Mention && kind != UserRecordKind.ScheduledMention));
    }

    [Fact]
    public virtual async Task Watchers_receive_one_event_for_a_run_live_and_when_catching_up()
    {
        await Store.AppendAsync(Room, [.. Enumerable.Range(1, 120).Select(n => New(n % 2 == 0 ? _bob : _user, $"{n}"))], Cancelled);
        var known = await ReadAsync(new MessageQuery { Limit = 200 });
        await using var log = new WatchLog(Store.WatchAsync(Room, known.Position, Cancelled), known);
        await log.CaughtUpAsync();

        var report = await Chat.User(_user).EraseAsync(new ErasureOptions { Mode = ErasureMode.Anonymize }, cancellationToken: Cancelled);

        await log.UntilAsync(seen => seen.Events.OfType<RoomEvent.UserErased>().Any());
        var live = log.Events.OfType<RoomEvent.UserErased>().Single();
        live.MessageIds.Should().Equal(Enumerable.Range(1, 120).Where(n => n % 2 == 1).Select(n => (long)n));
        var position = (await ReadAsync()).Position;
        log.Position.Should().Be(position);
        var changes = await Store.ReadChangesAsync(Room, known.Position, 500, Cancelled);
        changes.Events.Should().Equal(live);
        changes.Position.Should().Be(position);
        var fromStart = await Store.ReadChangesAsync(Room, RoomPosition.Start, 500, Cancelled);
        fromStart.Events.Should().OnlyContain(happened => happened is RoomEvent.Created).And.HaveCount(120);
        fromStart.Events.Cast<RoomEvent.Created>().Select(created => created.Message.User).Distinct().Should().BeEquivalentTo([report.Alias, _bob]);
    }

    [Fact]
    public virtual async Task Old_sealed_messages_are_made_anonymous_too_and_mentions_in_them_go()
    {
        for (var from = 0; from < 900; from += 100)
        {
            await Store.AppendAsync(
                Room, [.. Enumerable.Range(from, 100).Select(n => New(n % 3 == 0 ? _user : _bob, $"{n}") with { Mentions = n % 3 == 1 ? [Mention.User(_user), Mention.User("carol")] : default })], Cancelled);
        }

        await SettledAsync();
        var before = await AllAsync();

        var report = await Chat.User(_user).EraseAsync(new ErasureOptions { Mode = ErasureMode.Anonymize }, cancellationToken: Cancelled);

        report.Findings!.Remaining.Should().BeEmpty();
        report.Messages.Should().Be(300);
        (await AllAsync()).Should().Equal(before.Select(message => message with
        {
            User = message.User == _user ? report.Alias! : message.User,
            Mentions = [.. message.Mentions.Where(mention => mention != Mention.User(_user))],
        }));
        var theirs = new List<long>();
        for (var page = await ReadAsync(new MessageQuery { User = report.Alias, After = 0, Limit = 100 }); ; page = await ReadAsync(new MessageQuery { User = report.Alias, After = theirs[^1], Limit = 100 }))
        {
            theirs.AddRange(page.Messages.Select(message => message.Id));
            if (!page.HasNewer)
            {
                break;
            }
        }

        theirs.Should().Equal(before.Where(message => message.User == _user).Select(message => message.Id));
    }

    [Fact]
    public virtual async Task While_a_user_is_erased_a_room_refuses_the_users_writes_and_nobody_elses()
    {
        await Chat.SendAsync(Room, _user, "hello", Cancelled);
        var later = (await Chat.SendAsync(Room, _bob, "hello", Cancelled)).Timestamp.AddHours(1);
        await Chat.User(_user).Drafts.SaveAsync(Room, "more", cancellationToken: Cancelled);
        var erasures = Erasures;
        var erasure = await erasures.BeginErasureAsync(_user, ErasureMode.Anonymize, Cancelled);
        await EraseAsync(erasures, erasure);

        foreach (var write in new Func<Task>[]
        {
            () => Chat.SendAsync(Room, _user, "again", Cancelled),
            () => Chat.SendAsync(Room, new NewMessage(_user, "again") { IdempotencyKey = "again" }, Cancelled),
            () => Chat.SendAsync(Room, new NewMessage(_user, "again") { IsFromApplication = true }, Cancelled),
            () => Chat.SendManyAsync(Room, [new NewMessage(_bob, "one"), new NewMessage(_user, "two")], Cancelled),
            () => Chat.SendAsync(Room, new NewMessage(_user, "reply") { ReplyTo = 2 }, Cancelled),
            () => Chat.Room(Room).Reactions.AddAsync(2, _user, "👍", Cancelled),
            () => Chat.Room(Room).Members.JoinAsync(_user, Cancelled),
            () => Chat.Room(Room).ReadMarkers.MarkReadAsync(_user, 2, Cancelled),
            () => Chat.Room(Room).Schedule.AddAsync(new NewMessage(_user, "later"), later, Cancelled),
        })
        {
            var refused = (await write.Should().ThrowAsync<ChatForbiddenException>()).Which;
            refused.Reason.Should().Be(ForbiddenReason.BeingErased);
            refused.Message.Should().Contain("erased").And.NotContain(_user);
        }

        await Chat.SendAsync(Room, _bob, "still here", Cancelled);
        await Chat.Room(Room).Reactions.AddAsync(2, _bob, "👍", Cancelled);
        await Chat.Room(Room).ReadMarkers.MarkReadAsync(_bob, 2, Cancelled);
        await Chat.Room(Room).Schedule.AddAsync(new NewMessage(_bob, "later"), later, Cancelled);
        await erasures.EndErasureAsync(erasure, [Room], Cancelled);
        (await Chat.SendAsync(Room, _user, "a new user of that name", Cancelled)).IsDuplicate.Should().BeFalse();
        await Chat.Room(Room).Reactions.AddAsync(2, _user, "👍", Cancelled);
        await Chat.User(_user).EraseAsync(cancellationToken: Cancelled);
    }

    [Fact]
    public virtual async Task A_second_erasure_finds_nothing_and_an_interrupted_one_is_continued_with_its_alias()
    {
        await Chat.SendAsync(Room, _user, "hello", Cancelled);
        var begun = await Erasures.BeginErasureAsync(_user, ErasureMode.Anonymize, Cancelled);

        var conflict = await Assert.ThrowsAsync<ChatInputException>(() => Chat.User(_user).EraseAsync(cancellationToken: Cancelled));
        conflict.Message.Should().Contain("Anonymize");
        var report = await Chat.User(_user).EraseAsync(new ErasureOptions { Mode = ErasureMode.Anonymize }, cancellationToken: Cancelled);

        report.Alias.Should().Be(begun.Alias);
        (await ReadAsync()).Messages.Single().User.Should().Be(begun.Alias);
        var position = (await ReadAsync()).Position;
        var again = await Chat.User(_user).EraseAsync(cancellationToken: Cancelled);
        again.Messages.Should().Be(0);
        again.Alias.Should().NotBe(begun.Alias);
        (await ReadAsync()).Position.Should().Be(position);
    }

    [Fact]
    public virtual async Task Several_processes_can_erase_the_same_user_at_once()
    {
        var rooms = Enumerable.Range(0, 8).Select(_ => NewRoom()).ToList();
        foreach (var room in rooms)
        {
            await Store.AppendAsync(room, [.. Enumerable.Range(0, 20).Select(n => New(n % 2 == 0 ? _user : _bob, "hello"))], Cancelled);
        }

        var reports = await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => new Chat(OpenStore()).User(_user).EraseAsync(new ErasureOptions { Mode = ErasureMode.Anonymize, Verify = false }, cancellationToken: Cancelled)));

        foreach (var room in rooms)
        {
            var messages = (await ReadAsync(room: room)).Messages;
            messages.Select(message => message.Id).Should().Equal(Enumerable.Range(1, 20).Select(n => (long)n));
            messages.Where((_, n) => n % 2 == 0).Select(message => message.User).Should().OnlyContain(author => reports.Any(report => report.Alias == author));
            (await Chat.SendAsync(room, _user, "a new user of that name", Cancelled)).Id.Should().Be(21, "the room accepts writes again");
        }

        (await Chat.User(_user).EraseAsync(cancellationToken: Cancelled)).Findings!.Remaining.Should().BeEmpty();
    }

    [Fact]
    public virtual async Task A_dry_run_counts_and_changes_nothing()
    {
        await FillAsync(Room);
        var before = await ReadAsync(new MessageQuery { Limit = 100 });

        var report = await Chat.User(_user).EraseAsync(new ErasureOptions { IsDryRun = true }, cancellationToken: Cancelled);

        report.Should().Match<ErasureReport>(found => found.Alias == null && found.Findings == null && found.Rooms >= 2 && found.Messages >= 5 && found.Passes == 1);
        (await ReadAsync(new MessageQuery { Limit = 100 })).Should().BeEquivalentTo(before);
        (await Chat.User(_user).Drafts.ListAsync(Cancelled)).Should().ContainSingle();
        (await Chat.SendAsync(Room, _user, "still welcome", Cancelled)).Id.Should().BePositive();
    }

    [Fact]
    public virtual async Task Texts_of_others_in_which_the_id_occurs_are_listed_and_not_changed()
    {
        await Chat.SendAsync(Room, _user, "hello", Cancelled);
        await Chat.SendAsync(Room, _bob, $"hello {_user}!", Cancelled);
        await Chat.SendAsync(Room, _bob, $"hello {_user}2, and x{_user}", Cancelled);

        var report = await Chat.User(_user).EraseAsync(cancellationToken: Cancelled);

        report.Findings!.Remaining.Should().BeEmpty();
        report.Findings.TextOfOthers.Select(trace => trace.Field).Should().Equal("2");
        report.Findings.Searched.Should().BePositive();
        (await ReadAsync()).Messages.Select(message => message.Text).Should().Equal($"hello {_user}!", $"hello {_user}2, and x{_user}");
    }

    [Fact]
    public virtual async Task An_export_has_a_line_for_everything()
    {
        await FillAsync(Room);

        var records = await ExportAsync(_user);

        records.GroupBy(record => record.Kind).ToDictionary(kind => kind.Key, kind => kind.Count()).Should().BeEquivalentTo(new Dictionary<UserRecordKind, int>
        {
            [UserRecordKind.Message] = 5,
            [UserRecordKind.Version] = 1,
            [UserRecordKind.Member] = 1,
            [UserRecordKind.Imposed] = 1,
            [UserRecordKind.Marker] = 1,
            [UserRecordKind.Reactions] = 1,
            [UserRecordKind.Mention] = 1,
            [UserRecordKind.Pin] = 1,
            [UserRecordKind.Scheduled] = 1,
            [UserRecordKind.ScheduledMention] = 1,
            [UserRecordKind.Thread] = 1,
            [UserRecordKind.Sent] = records.Count(record => record.Kind == UserRecordKind.Sent),
            [UserRecordKind.Presence] = 1,
            [UserRecordKind.Change] = records.Count(record => record.Kind == UserRecordKind.Change),
            [UserRecordKind.ListedRoom] = 1,
            [UserRecordKind.Draft] = 1,
        });
        records.Where(record => record.Kind == UserRecordKind.Sent).Select(record => record.Detail).Should().Contain("key");
        records.Where(record => record.Kind == UserRecordKind.Change).Select(record => record.Detail).Should().Contain(["d", "m"]);
        records.Where(record => record.Kind == UserRecordKind.Message).Select(record => record.Message!.Text).Should().BeEquivalentTo("first", "edited", "secret", "begun", "in the thread");
        records.Single(record => record.Kind == UserRecordKind.Reactions).Should().Match<UserRecord>(record => record.Room == Room && record.MessageId == 2 && record.Reactions!.Single().Emoji == "👍");
        records.Single(record => record.Kind == UserRecordKind.Mention).MessageId.Should().Be(4);
        records.Single(record => record.Kind == UserRecordKind.Version).Version!.Text.Should().Be("second");
        records.Single(record => record.Kind == UserRecordKind.Imposed).Member!.User.Should().Be("mallory");
        records.Single(record => record.Kind == UserRecordKind.Draft).Draft!.Text.Should().Be("dear");
        records.Single(record => record.Kind == UserRecordKind.Scheduled).Scheduled!.Message.Text.Should().Be("later");
    }

    [Fact]
    public virtual async Task The_search_and_the_records_of_a_room_come_in_steps_that_end()
    {
        await FillAsync(Room);
        var places = (await PlacesAsync(null))[Room];
        var (searched, remaining, records, cursor) = (0L, new HashSet<ErasureTrace>(), new List<UserRecord>(), (string?)null);
        do
        {
            var step = await Erasures.SearchAsync(_user, new FoundRoom(Room, places), cursor, Cancelled);
            cursor = step.Cursor;
            searched += step.Findings.Searched;
            remaining.UnionWith(step.Findings.Remaining);
        }
        while (cursor is not null);

        places = (await PlacesAsync(_user))[Room];
        do
        {
            var step = await Erasures.ReadRecordsAsync(_user, new FoundRoom(Room, places), cursor, Cancelled);
            cursor = step.Cursor;
            records.AddRange(step.Records);
        }
        while (cursor is not null);

        searched.Should().BePositive();
        remaining.Should().NotBeEmpty();
        records.Select(record => record.Kind).Should().Contain([UserRecordKind.Message, UserRecordKind.Member, UserRecordKind.Reactions, UserRecordKind.Scheduled, UserRecordKind.Pin]);
        var search = async () => await Erasures.SearchAsync(_user, new FoundRoom(Room, places), "no cursor", Cancelled);
        await search.Should().ThrowAsync<ChatInputException>();
        var read = async () => await Erasures.ReadRecordsAsync(_user, new FoundRoom(Room, places), "no cursor", Cancelled);
        await read.Should().ThrowAsync<ChatInputException>();
    }

    [Fact]
    public virtual async Task Ids_of_all_kinds_are_erased_and_none_that_only_resemble_them()
    {
        var strange = NewUser("a\"l*i\\c?e:{%}[x]~ é😀");
        var others = new[] { strange + "x", "x" + strange, "a\"l*i\\c?e:{%}[x]~ é😀", $"1:{strange}" };
        foreach (var user in (string[])[strange, .. others])
        {
            await Chat.Room(Room).Members.JoinAsync(user, Cancelled);
            await Chat.SendAsync(Room, new NewMessage(user, "hello") { IdempotencyKey = "k", Mentions = [Mention.User(_bob)] }, Cancelled);
            await Chat.Room(Room).Reactions.AddAsync(1, user, "👍", Cancelled);
            await Chat.Room(Room).Thread(1).SendAsync(user, "reply", Cancelled);
            await Chat.Room(Room).ReadMarkers.MarkReadAsync(user, 1, Cancelled);
        }

        await Chat.SendAsync(Room, new NewMessage(_bob, "hello") { Mentions = [.. others.Append(strange).Select(Mention.User)] }, Cancelled);

        var report = await Chat.User(strange).EraseAsync(new ErasureOptions { Mode = ErasureMode.Anonymize }, cancellationToken: Cancelled);

        report.Findings!.Remaining.Should().BeEmpty();
        var page = await Chat.ReceiveAsync(Room, new MessageQuery { Limit = 50 }, Cancelled);
        page.Messages.Select(message => message.User).Should().Equal([report.Alias!, .. others, _bob]);
        page.Messages[^1].Mentions.Should().BeEquivalentTo(others.Select(Mention.User));
        page.Reactions[1].Should().Equal(new Reaction("👍", others.Length));
        page.Threads[1].Participants.Should().BeEquivalentTo([report.Alias, .. others]);
        (await Chat.Room(Room).Members.ListAsync(cancellationToken: Cancelled)).Members.Select(member => member.User).Should().BeEquivalentTo(others);
        (await Chat.Room(Room).ReadMarkers.ListAsync(cancellationToken: Cancelled)).Markers.Select(marker => marker.User).Should().BeEquivalentTo(others);
    }

    /// <summary>Uses every feature for the user, and some for others.</summary>
    private async Task FillAsync(string id)
    {
        var room = Chat.Room(id);
        await room.SendAsync(new NewMessage(_user, "first") { IdempotencyKey = "key" }, Cancelled);
        await room.SendAsync(_bob, "hello", Cancelled);
        await room.SendAsync(_user, "second", Cancelled);
        await room.EditAsync(3, _user, "edited", Cancelled);
        await room.SendAsync(new NewMessage(_bob, "both") { Mentions = [Mention.User(_user), Mention.User("carol")] }, Cancelled);
        await room.Members.SetRoleAsync(_user, RoomRole.Owner, Actor.Application, cancellationToken: Cancelled);
        await room.SendAsync(new NewMessage(_user, "secret") { Mentions = [Mention.Everyone, Mention.User(_bob), Mention.User(_user)] }, Cancelled);
        var gone = await room.SendAsync(_user, "gone", Cancelled);
        await room.DeleteAsync(gone.Id, _user, "a mistake", Cancelled);
        await room.Members.JoinAsync(_bob, Cancelled);
        await room.Members.BanAsync("mallory", _user, reason: "spam", cancellationToken: Cancelled);
        await room.Reactions.AddAsync(2, _user, "👍", Cancelled);
        await room.Reactions.AddAsync(2, _bob, "👍", Cancelled);
        await room.Pins.PinAsync(2, _user, Cancelled);
        await room.ReadMarkers.MarkReadAsync(_user, 1, Cancelled);
        await room.ReadMarkers.MarkUnreadAsync(_bob, 3, Cancelled);
        await room.Thread(2).SendAsync(_bob, "in the thread", Cancelled);
        await room.Thread(2).SendAsync(_user, "in the thread", Cancelled);
        await room.Schedule.AddAsync(new NewMessage(_user, "later"), gone.Timestamp.AddHours(1), Cancelled);
        await room.Schedule.AddAsync(new NewMessage(_bob, "later") { Mentions = [Mention.User(_user)] }, gone.Timestamp.AddHours(1), Cancelled);
        await Chat.User(_user).Drafts.SaveAsync(id, "dear", cancellationToken: Cancelled);
        await Store.GetAbility<IPresenceStore>()!.UpdatePresenceAsync(
            id, new PresenceUpdate { Process = "a dead one", Expiry = TimeSpan.FromMinutes(5), Entering = [_user], CoalesceAbove = 200, CoalesceInterval = TimeSpan.FromSeconds(2) }, Cancelled);
        await room.BeginAsync(new NewMessage(_user, "begun"), new WritingOptions { Lease = TimeSpan.FromMinutes(5) }, Cancelled);
        await SettledAsync();
    }

    private async Task EraseAsync(IErasureStore erasures, UserErasure erasure)
    {
        var step = await erasures.EraseStepAsync(erasure, new FoundRoom(Room, (await PlacesAsync(erasure.User))[Room]), null, Cancelled);
        step.IsMarked.Should().BeTrue();
        step.Messages.Should().Be(1);
    }

    private async Task<Dictionary<string, List<string>>> PlacesAsync(string? user)
    {
        var places = new Dictionary<string, List<string>>();
        string? cursor = null;
        do
        {
            var found = await Erasures.FindRoomsAsync(user, cursor, Cancelled);
            cursor = found.Cursor;
            foreach (var room in found.Rooms)
            {
                places.TryAdd(room.Room, []);
                places[room.Room].AddRange(room.Places);
            }
        }
        while (cursor is not null);
        return places;
    }

    private async Task<List<UserRecord>> ExportAsync(string user)
    {
        using var output = new MemoryStream();
        var lines = await Chat.User(user).ExportAsync(output, Cancelled);
        var text = System.Text.Encoding.UTF8.GetString(output.ToArray());
        var records = text.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonSerializer.Deserialize(line, ChatJsonContext.Default.UserRecord)!).ToList();
        lines.Should().Be(records.Count);
        return records;
    }

    private async Task<List<Message>> AllAsync()
    {
        var all = new List<Message>();
        for (var page = await ReadAsync(new MessageQuery { After = 0, Limit = 500 }); ; page = await ReadAsync(new MessageQuery { After = all[^1].Id, Limit = 500 }))
        {
            all.AddRange(page.Messages);
            if (!page.HasNewer)
            {
                return all;
            }
        }
    }

    private static string NewUser(string name) => $"{name}{Interlocked.Increment(ref _users)}{Guid.NewGuid():n}";

    private sealed class Reports(List<ErasureProgress> all) : IProgress<ErasureProgress>
    {
        public void Report(ErasureProgress value) => all.Add(value);
    }
}
