using RedisChat.IntegrationTests.Conformance;
using RedisChat.IntegrationTests.Redis.Encryption;
using RedisChat.Search.Sqlite;
using RedisChat.Tests.Search;

namespace RedisChat.IntegrationTests.Backups;

/// <summary>What docs/operations.md says of positions, encrypted rooms, the archive and the search index after a restore.</summary>
public sealed class AfterRestoreTests : IAsyncLifetime
{
    private const string Room = "lobby";
    private const string Young = "young";

    private BackupMachine _machine = null!;

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _machine = BackupMachine.Create();
        await _machine.StartAsync();
    }

    public ValueTask DisposeAsync() => _machine.DisposeAsync();

    [Fact]
    public async Task Positions_from_after_the_backup_are_recognized_as_long_as_they_live_and_others_continue()
    {
        await using var store = new RedisMessageStore(_machine.Configuration);
        var chat = new Chat(store, new ChatOptions { OperationTimeout = TimeSpan.FromMinutes(1) });
        foreach (var room in new[] { Room, "quiet" })
        {
            await chat.SendManyAsync(room, [new("alice", "1"), new("alice", "2"), new("bob", "3")], Cancelled);
        }

        var (old, quiet) = (await PositionAsync(Room), await PositionAsync("quiet"));
        await _machine.RunAsync(DocumentedBackup.SnapshotOverTheNetwork);
        await chat.EditAsync(Room, 2, Actor.Application, "changed", Cancelled);
        var edited = await PositionAsync(Room);
        await chat.SendManyAsync(Room, [new("alice", "4"), new("alice", "5")], Cancelled);
        var sent = await PositionAsync(Room);
        await _machine.KillAsync();
        await _machine.RunAsync(DocumentedBackup.RestoreSnapshot);

        (await PositionAsync(Room)).Should().Be(old);
        await ShouldBeGapsAsync("at once");
        (await ChangesAsync(Room, old)).Should().BeEmpty();
        (await ChangesAsync("quiet", quiet)).Should().BeEmpty();
        (await chat.GetAsync(Room, 2, Cancelled))!.Text.Should().Be("2");

        await chat.EditAsync(Room, 1, Actor.Application, "changed since", Cancelled);
        await ShouldBeGapsAsync("after another change");
        await chat.SendManyAsync(Room, [new("bob", "4'"), new("bob", "5'")], Cancelled);
        await ShouldBeGapsAsync("when the ids are given out again");
        await chat.SendManyAsync(Room, [new("bob", "6'"), new("bob", "7'")], Cancelled);
        await ShouldBeGapsAsync("when the room is longer than before");
        (await ChangesAsync(Room, old)).Should().SatisfyRespectively(
            change => change.Should().BeOfType<RoomEvent.Edited>().Which.Message.Text.Should().Be("changed since"),
            four => Text(four).Should().Be("4'"), five => Text(five).Should().Be("5'"), six => Text(six).Should().Be("6'"), seven => Text(seven).Should().Be("7'"));

        async Task ShouldBeGapsAsync(string when)
        {
            foreach (var position in new[] { edited, sent })
            {
                (await ChangesAsync(Room, position)).Should().ContainSingle("{0}", when).Which.Should().BeOfType<RoomEvent.Gap>();
            }
        }

        async Task<RoomPosition> PositionAsync(string room) => (await chat.ReceiveAsync(room, cancellationToken: Cancelled)).Position;

        async Task<IReadOnlyList<RoomEvent>> ChangesAsync(string room, RoomPosition after) => (await chat.ReadChangesAsync(room, after, cancellationToken: Cancelled)).Events;

        static string Text(RoomEvent happened) => happened.Should().BeOfType<RoomEvent.Created>().Which.Message.Text;
    }

    [Fact]
    public async Task In_encrypted_rooms_processes_notice_that_newer_keys_are_lost_and_use_those_of_the_copy()
    {
        await using var chats = new EncryptedChats(_machine.Configuration, prefix: "chatroom");
        var options = new ChatOptions { OperationTimeout = TimeSpan.FromMinutes(1) };
        var (one, two) = (chats.NewChat(options: options), chats.NewChat(options: options));
        await one.SendAsync(Room, "alice", "before", Cancelled);
        await two.User("bob").Drafts.SaveAsync(Room, "a draft", cancellationToken: Cancelled);
        await _machine.RunAsync(DocumentedBackup.SnapshotOverTheNetwork);

        await one.Room(Room).EncryptionKeys.RotateAsync(Cancelled);
        foreach (var chat in new[] { one, two })
        {
            await chat.SendAsync(Room, "alice", "under the new key", Cancelled);
            await chat.SendAsync(Young, "alice", "under a first key", Cancelled);
        }

        await two.User("carol").Drafts.SaveAsync(Room, "under a first key", cancellationToken: Cancelled);
        await _machine.KillAsync();
        await _machine.RunAsync(DocumentedBackup.RestoreSnapshot);
        foreach (var chat in new[] { one, two })
        {
            await chat.SendAsync(Room, "alice", "since", Cancelled);
            await chat.SendAsync(Young, "alice", "since", Cancelled);
        }

        await two.User("carol").Drafts.SaveAsync(Room, "since", cancellationToken: Cancelled);
        await one.EditAsync(Room, 1, Actor.Application, "edited since", Cancelled);

        foreach (var chat in new[] { one, two, chats.NewChat() })
        {
            await ShouldReadAsync(chat, Room, "edited since", "since", "since");
            await ShouldReadAsync(chat, Young, "since", "since");
            (await chat.User("bob").Drafts.GetAsync(Room, Cancelled))!.Text.Should().Be("a draft");
            (await chat.User("carol").Drafts.GetAsync(Room, Cancelled))!.Text.Should().Be("since");
        }

        (await chats.NewChat().Transfer.VerifyAsync(cancellationToken: Cancelled)).Differences.Should().BeEmpty();

        static async Task ShouldReadAsync(Chat chat, string room, params string[] texts)
        {
            var page = await chat.ReceiveAsync(room, cancellationToken: Cancelled);
            page.Unreadable.Should().BeEmpty();
            page.Messages.Select(message => message.Text).Should().Equal(texts);
        }
    }

    [Fact]
    public async Task With_the_archive_as_it_was_after_the_copy_the_whole_history_is_there()
    {
        var files = Directory.CreateTempSubdirectory("redischat-archive-");
        try
        {
            var (live, copy) = (Path.Combine(files.FullName, "live"), Path.Combine(files.FullName, "copy"));
            await using (var store = NewStore(live))
            {
                await SendAsync(new Chat(store), 1, 500);
                await ArchivingStores.ArchiveAsync(store, Room);
                await new Chat(store).EditAsync(Room, 5, Actor.Application, "edited before", cancellationToken: Cancelled);
                await _machine.RunAsync(DocumentedBackup.SnapshotOverTheNetwork);

                // What is moved, edited and moved again after the copy of Redis is in that of the archive.
                await new Chat(store).EditAsync(Room, 6, Actor.Application, "edited since", cancellationToken: Cancelled);
                await SendAsync(new Chat(store), 501, 500);
                await ArchivingStores.ArchiveAsync(store, Room);
                CopyDirectory(live, copy);
                await _machine.KillAsync();
            }

            Directory.Delete(live, recursive: true);
            CopyDirectory(copy, live);
            await _machine.RunAsync(DocumentedBackup.RestoreSnapshot);
            await using var restored = NewStore(live);
            await ShouldBeThereAsync(500);
            await SendAsync(new Chat(restored), 501, 700);
            await ArchivingStores.ArchiveAsync(restored, Room);
            await ShouldBeThereAsync(1200);
            (await new Chat(restored).Transfer.VerifyAsync(cancellationToken: Cancelled)).Differences.Should().BeEmpty();

            async Task ShouldBeThereAsync(int count)
            {
                var texts = new List<string>();
                await foreach (var message in new Chat(restored).ReceiveAllAsync(Room, null, Cancelled))
                {
                    texts.Add(message.Text);
                }

                texts.Should().HaveCount(count);
                texts[4].Should().Be("edited before");
                texts[5].Should().BeOneOf("text 6", "edited since");
                texts.Where((text, at) => at is not (4 or 5) && text != $"text {at + 1}").Should().BeEmpty();
            }
        }
        finally
        {
            files.Delete(recursive: true);
        }

        RedisMessageStore NewStore(string directory)
        {
            var store = new RedisMessageStore(_machine.Configuration, new RedisStoreOptions { SealAfter = 1 });
            store.Archiving.UseArchive(new FileRoomArchive(directory));
            (store.Archiving.Margin, store.Archiving.Rest) = (TimeSpan.Zero, TimeSpan.Zero);
            return store;
        }

        static async Task SendAsync(Chat chat, int first, int count)
        {
            foreach (var numbers in Enumerable.Range(first, count).Chunk(ChatLimits.MaxBatchSize))
            {
                await chat.SendManyAsync(Room, [.. numbers.Select(n => new NewMessage("alice", $"text {n}"))], Cancelled);
            }
        }

        static void CopyDirectory(string from, string to)
        {
            foreach (var file in Directory.EnumerateFiles(from, "*", SearchOption.AllDirectories))
            {
                var target = Path.Combine(to, Path.GetRelativePath(from, file));
                Directory.CreateDirectory(Path.GetDirectoryName(target)!);
                File.Copy(file, target);
            }
        }
    }

    [Fact]
    public async Task The_search_index_follows_the_restored_rooms()
    {
        var files = Directory.CreateTempSubdirectory("redischat-index-");
        try
        {
            await using var store = new RedisMessageStore(_machine.Configuration, new RedisStoreOptions { LiveProbeInterval = TimeSpan.FromMilliseconds(200) });
            using var index = new SqliteMessageIndex(Path.Combine(files.FullName, "search.db"));
            var chat = new Chat(store, new ChatOptions { OperationTimeout = TimeSpan.FromMinutes(1) }, index: index);
            await chat.SendAsync(Room, "alice", "tea before", Cancelled);
            await using (new RunningFeeder(chat, [Room]))
            {
                await IndexedAsync();
                await _machine.RunAsync(DocumentedBackup.SnapshotOverTheNetwork);
                await chat.SendAsync(Room, "alice", "tea that is lost", Cancelled);
                await IndexedAsync();
                (await FindAsync()).Should().Equal("tea that is lost", "tea before");
                await _machine.KillAsync();
                await _machine.RunAsync(DocumentedBackup.RestoreSnapshot);
                await chat.SendAsync(Room, "alice", "tea since", Cancelled);
                await IndexedAsync();
            }

            (await FindAsync()).Should().Equal("tea since", "tea before");
            (await index.FindAsync(new IndexQuery { Text = "lost", Limit = 10 }, Cancelled)).Should().BeEmpty();

            Task IndexedAsync() => Poll.UntilAsync(
                async () => await index.ReadPositionAsync(Room, Cancelled) == (await chat.ReceiveAsync(Room, cancellationToken: Cancelled)).Position, "the index has caught up");

            async Task<IEnumerable<string>> FindAsync() => (await chat.Room(Room).Search.FindAsync(new MessageSearch("tea"), Actor.Application, Cancelled)).Hits.Select(hit => hit.Message.Text);
        }
        finally
        {
            files.Delete(recursive: true);
        }
    }
}
