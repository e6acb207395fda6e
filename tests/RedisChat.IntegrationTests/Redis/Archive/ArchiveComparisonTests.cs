using System.Globalization;
using System.Text;
using RedisChat.IntegrationTests.Conformance;
using RedisChat.IntegrationTests.Redis.Encryption;
using RedisChat.Redis;
using StackExchange.Redis;

namespace RedisChat.IntegrationTests.Redis.Archive;

/// <summary>A room whose history moves to an archive and back gives the same answers as one whose history does not, whatever happens to both.</summary>
public sealed class ArchiveComparisonTests(TestServer server)
{
    private const int Users = 5;

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public async Task Both_rooms_give_the_same_answers(int seed)
    {
        var configuration = server.Require();
        var directory = Directory.CreateTempSubdirectory("redischat-archive-");
        try
        {
            await CompareAsync(configuration, new FileRoomArchive(directory.FullName), seed);
        }
        finally
        {
            directory.Delete(recursive: true);
        }
    }

    [Theory]
    [InlineData(5)]
    [InlineData(6)]
    public async Task An_encrypted_room_whose_key_is_rotated_between_the_steps_gives_the_same_answers_and_leaves_nothing_readable(int seed)
    {
        var configuration = server.Require();
        var directory = Directory.CreateTempSubdirectory("redischat-archive-");
        try
        {
            await CompareAsync(configuration, new FileRoomArchive(directory.FullName), seed, ring: new TestKeyRing());
        }
        finally
        {
            directory.Delete(recursive: true);
        }
    }

    /// <summary>Does the same in a room with this archive and in one without, and compares all answers.</summary>
    internal static async Task CompareAsync(string configuration, IRoomArchive archive, int seed, string? prefix = null, TestKeyRing? ring = null)
    {
        await using var plain = new Side(configuration, prefix, null);
        await using var archived = new Side(configuration, prefix, archive, ring);
        var random = new Random(seed);
        await DoAsync(side => side.FillAsync(900));
        var positions = new List<(RoomPosition Plain, RoomPosition Archived)>();
        for (var round = 0; round < 12; round++)
        {
            await archived.ArchiveAsync(random.Next(3));
            if (ring is not null && round % 3 == 1)
            {
                await archived.Chat.Room(archived.Room).EncryptionKeys.RotateAsync(Cancelled);
            }

            positions.Add((await plain.PositionAsync(), await archived.PositionAsync()));
            for (var step = 0; step < 12; step++)
            {
                await ChangeAsync(random);
            }

            await CompareAsync(random);
            foreach (var (plainAt, archivedAt) in positions)
            {
                (await archived.ChangesAsync(archivedAt)).Should().Equal(await plain.ChangesAsync(plainAt));
            }
        }

        await archived.ArchiveAsync(100);
        archived.Moved.Should().BePositive();
        await CompareAsync(random);
        (await archived.ChangesAsync(RoomPosition.Start)).Should().Equal(await plain.ChangesAsync(RoomPosition.Start));
        if (ring is not null)
        {
            var position = await archived.PositionAsync();
            var buckets = await archive.ReadAsync(archived.Room, position.Epoch, [.. Enumerable.Range(0, (int)Buckets.Of(position.MessageId))], Cancelled);
            var keys = buckets.OfType<ArchivedBucket>().Where(bucket => !bucket.Content.IsEmpty).Select(bucket => SealedBucket.KeyIn(bucket.Content.Span)).ToList();
            keys.Should().NotContainNulls();
            keys.Distinct().Should().HaveCountGreaterThan(1, "the key was rotated meanwhile");
        }

        async Task DoAsync(Func<Side, Task> act)
        {
            await act(plain);
            await act(archived);
        }

        async Task SameAsync<T>(Func<Side, Task<T>> ask) => (await ask(archived)).Should().BeEquivalentTo(await ask(plain), options => options.WithStrictOrdering());

        async Task ChangeAsync(Random next)
        {
            var last = (await plain.PositionAsync()).MessageId;
            var id = next.NextInt64(1, last + 1);
            var (user, text) = ($"user{next.Next(Users)}", string.Create(CultureInfo.InvariantCulture, $"text {next.Next()}"));
            switch (next.Next(12))
            {
                case 0:
                    await DoAsync(side => side.FillAsync(40));
                    break;
                case 1 or 2:
                    await SameAsync(async side => (await side.Chat.EditAsync(side.Room, id, Actor.Application, text, cancellationToken: Cancelled))?.Version);
                    break;
                case 3 or 4:
                    await SameAsync(side => side.Chat.DeleteAsync(side.Room, id, Actor.Application, cancellationToken: Cancelled));
                    break;
                case 5:
                    var end = Math.Min(id + next.Next(300), last);
                    await DoAsync(side => side.Chat.Room(side.Room).DeleteManyAsync(MessageSelection.Between(id, end), Actor.Application, "range", cancellationToken: Cancelled));
                    break;
                case 6:
                    await DoAsync(side => side.Chat.Room(side.Room).DeleteManyAsync(MessageSelection.By(user, id, id + 60), Actor.Application, cancellationToken: Cancelled));
                    break;
                case 7:
                    await SameAsync(side => Side.TryAsync(() => side.Chat.SendAsync(side.Room, new NewMessage(user, text) { ReplyTo = id }, Cancelled)));
                    break;
                case 8:
                    await SameAsync(side => Side.TryAsync(() => side.Chat.Room(side.Room).Reactions.AddAsync(id, user, "👍", Cancelled)));
                    break;
                case 9:
                    await SameAsync(side => Side.TryAsync(() => side.Chat.Room(side.Room).Pins.PinAsync(id, Actor.Application, Cancelled)));
                    break;
                case 10:
                    await SameAsync(side => Side.TryAsync(() => side.Chat.Room(side.Room).Thread(id).SendAsync(user, text, Cancelled)));
                    break;
                default:
                    await archived.ArchiveAsync(1);
                    break;
            }

            if (next.Next(60) == 0)
            {
                await DoAsync(side => side.TrimAsync(700));
            }
        }

        async Task CompareAsync(Random next)
        {
            var last = (await plain.PositionAsync()).MessageId;
            var id = next.NextInt64(1, last + 2);
            var (user, limit) = ($"user{next.Next(Users)}", next.Next(1, 200));
            MessageQuery[] queries =
            [
                new(limit), new(limit) { Before = id }, new(limit) { After = id }, new(limit) { Around = id }, new(limit) { IncludeDeleted = true, Before = id }, new(limit) { IncludeDeleted = true, After = id },
                new(limit) { User = user }, new(limit) { User = user, Before = id }, new(limit) { User = user, After = id }, new(limit) { User = user, Around = id },
            ];
            foreach (var query in queries)
            {
                await SameAsync(side => side.PageAsync(query));
            }

            await SameAsync(side => side.AllAsync(null));
            await SameAsync(side => side.AllAsync(user));
            await SameAsync(async side => Side.Line(await side.Chat.GetAsync(side.Room, id, Cancelled)));
            await SameAsync(async side => (await side.Chat.Rooms.GetInfoAsync(side.Room, Cancelled)).Messages);
            await SameAsync(async side => (await side.Chat.Room(side.Room).Pins.ListAsync(Cancelled)).Select(pin => (pin.MessageId, pin.Message?.Text)).Order());
            await SameAsync(async side => (await side.Chat.Room(side.Room).Mentions.ListAsync(user, cancellationToken: Cancelled)).Messages.Select(Side.Line));
            await DoAsync(side => side.Chat.Room(side.Room).ReadMarkers.MarkReadAsync(user, Math.Min(id, last), Cancelled));
            await SameAsync(async side => (await side.Chat.Room(side.Room).ReadMarkers.GetUnreadAsync(user, Cancelled)).ToString());
        }
    }

    private sealed class Side : IAsyncDisposable
    {
        private readonly RedisMessageStore _store;
        private int _sent;

        public Side(string configuration, string? prefix, IRoomArchive? archive, TestKeyRing? ring = null)
        {
            _store = new RedisMessageStore(
                RedisConnection.Own(ConfigurationOptions.Parse(configuration)), new RedisStoreOptions { KeyPrefix = prefix ?? $"test-{Guid.NewGuid():n}", SealAfter = 1 }, null, null, null,
                ring is null ? null : new ChatEncryption(ring, null));
            (_store.Archiving.Margin, _store.Archiving.Rest) = (TimeSpan.Zero, TimeSpan.Zero);
            Chat = new Chat(_store, archive: archive);
        }

        public Chat Chat { get; }

        public string Room { get; } = $"room {Guid.NewGuid():n}";

        public int Moved { get; private set; }

        public ValueTask DisposeAsync() => _store.DisposeAsync();

        public async Task FillAsync(int count)
        {
            for (var end = _sent + count; _sent < end;)
            {
                var batch = Enumerable.Range(_sent, Math.Min(20, end - _sent)).Select(n => new NewMessage($"user{n * n % Users}", string.Create(CultureInfo.InvariantCulture, $"text {n}"))
                {
                    Mentions = n % 50 == 0 ? [Mention.User($"user{n / 50 % Users}")] : [],
                }).ToList();
                await Chat.SendManyAsync(Room, batch, Cancelled);
                _sent += batch.Count;
            }

            await _store.SealedAsync();
        }

        public async Task ArchiveAsync(int steps)
        {
            await _store.SealedAsync();
            for (var step = 0; step < steps; step++)
            {
                var moved = await _store.Archiving.ArchiveStepAsync(Room, new ArchivePolicy { KeepMessages = 100 }, Cancelled);
                Moved += moved.Moved;
            }
        }

        public async Task TrimAsync(long most)
        {
            while (await ((IMessageStore)_store).GetAbility<IRetentionStore>()!.TrimStepAsync(Room, new RetentionPolicy { MaxMessages = most }, DateTimeOffset.UtcNow, Cancelled) is { Next: { } next } && next == TimeSpan.Zero)
            {
            }
        }

        public async Task<RoomPosition> PositionAsync() => (await Chat.ReceiveAsync(Room, new MessageQuery(1), Cancelled)).Position;

        public static async Task<string> TryAsync(Func<Task> act)
        {
            try
            {
                await act();
                return "done";
            }
            catch (ChatException e) when (e is not (ChatUnavailableException or ChatArchiveException))
            {
                return e.GetType().Name;
            }
        }

        public static string? Line(Message? message) =>
            message is null ? null : string.Create(CultureInfo.InvariantCulture, $"{message.Id} {message.User} {message.Text} {message.Version} {message.ReplyTo}");

        public async Task<string> PageAsync(MessageQuery query)
        {
            var page = await Chat.ReceiveAsync(Room, query, Cancelled);
            var text = new StringBuilder(string.Create(CultureInfo.InvariantCulture, $"{query}: {page.HasOlder} {page.HasNewer} {page.Unreadable.Count}\n")).AppendJoin('\n', page.Messages.Select(Line));
            foreach (var (id, parent) in page.Parents.OrderBy(entry => entry.Key))
            {
                text.Append(CultureInfo.InvariantCulture, $"\nparent {id} {Line(parent.Message)}");
            }

            foreach (var (id, reactions) in page.Reactions.OrderBy(entry => entry.Key))
            {
                text.Append(CultureInfo.InvariantCulture, $"\nreactions {id} {string.Join(',', reactions)}");
            }

            foreach (var (id, thread) in page.Threads.OrderBy(entry => entry.Key))
            {
                text.Append(CultureInfo.InvariantCulture, $"\nthread {id} {thread.Count}");
            }

            foreach (var tombstone in page.Tombstones)
            {
                text.Append(CultureInfo.InvariantCulture, $"\ntombstone {tombstone.FirstId} {tombstone.LastId} {tombstone.Reason}");
            }

            return text.ToString();
        }

        public async Task<List<string?>> AllAsync(string? user)
        {
            var all = new List<string?>();
            await foreach (var message in Chat.ReceiveAllAsync(Room, user, Cancelled))
            {
                all.Add(Line(message));
            }

            return all;
        }

        /// <summary>What a feeder of a search index gets.</summary>
        public async Task<List<string>> ChangesAsync(RoomPosition after)
        {
            var all = new List<string>();
            RoomChanges changes;
            do
            {
                changes = await Chat.ReadChangesAsync(Room, after, 100, Cancelled);
                all.AddRange(changes.Events.Select(happened => happened switch
                {
                    RoomEvent.Created created => $"created {Line(created.Message)}",
                    RoomEvent.Edited edited => $"edited {Line(edited.Message)}",
                    RoomEvent.Deleted deleted => $"deleted {deleted.MessageId}",
                    RoomEvent.DeletedMany many => $"deleted {string.Join(',', many.MessageIds)}",
                    RoomEvent.Trimmed trimmed => $"trimmed {trimmed.Below}",
                    var other => other.GetType().Name,
                }));
                after = changes.Position;
            }
            while (changes.HasMore);

            return all;
        }
    }
}
