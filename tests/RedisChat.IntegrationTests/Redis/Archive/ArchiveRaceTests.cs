using RedisChat.IntegrationTests.Conformance;

namespace RedisChat.IntegrationTests.Redis.Archive;

/// <summary>Buckets that move while other processes change their messages, or after a server has lost what it knew: no old content counts again.</summary>
public sealed class ArchiveRaceTests : ArchiveTestBase
{
    [Fact]
    public async Task A_copy_that_is_older_than_a_change_is_not_what_leaves_Redis()
    {
        await FillAsync(600);
        await Store.Archiving.ArchiveStepAsync(Room, new ArchivePolicy { KeepMessages = 1 }, Cancelled);
        Archive.Before = async (call, _) =>
        {
            if (call == "put")
            {
                Archive.Before = null;
                await Chat.EditAsync(Room, 5, Actor.Application, "edited meanwhile", cancellationToken: Cancelled);
            }
        };

        var step = await Store.Archiving.ArchiveStepAsync(Room, new ArchivePolicy { KeepMessages = 1 }, Cancelled);

        step.Moved.Should().Be(0);
        (await Database.HashExistsAsync($"{Key}:sealed", 0)).Should().BeTrue();
        await ArchivingStores.ArchiveAsync(Store, Room);
        (await Chat.GetAsync(Room, 5, Cancelled))!.Text.Should().Be("edited meanwhile");
        await AllAreThereAsync(600);
    }

    [Fact]
    public async Task A_process_that_was_stopped_between_copy_and_put_replaces_no_later_copy()
    {
        await FillAsync(600);
        var (slow, _) = NewStore();
        await using var _slow = slow;
        var (begun, go) = (new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously), new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
        await Store.Archiving.ArchiveStepAsync(Room, new ArchivePolicy { KeepMessages = 1 }, Cancelled);
        Archive.Before = async (call, _) =>
        {
            Archive.Before = null;
            begun.SetResult();
            await go.Task;
        };
        var late = slow.Archiving.ArchiveStepAsync(Room, new ArchivePolicy { KeepMessages = 1 }, Cancelled).AsTask();
        await begun.Task;

        await ArchivingStores.ArchiveAsync(Store, Room);
        await Chat.EditAsync(Room, 5, Actor.Application, "edited", cancellationToken: Cancelled);
        await Chat.DeleteAsync(Room, 6, Actor.Application, cancellationToken: Cancelled);
        await ArchivingStores.ArchiveAsync(Store, Room);
        go.SetResult();
        (await late).Moved.Should().Be(0);

        (await Chat.GetAsync(Room, 5, Cancelled))!.Text.Should().Be("edited");
        (await Chat.GetAsync(Room, 6, Cancelled)).Should().BeNull();
        Log.Of("ArchiveIsAhead").Should().ContainSingle();
    }

    [Fact]
    public async Task Replies_reactions_and_edits_of_old_messages_succeed_while_their_buckets_move()
    {
        await FillAsync(1000);
        await ArchivingStores.ArchiveAsync(Store, Room);
        using var end = new CancellationTokenSource();
        var moves = 0;
        var moving = Task.Run(async () =>
        {
            while (!end.IsCancellationRequested)
            {
                moves += (await Store.Archiving.ArchiveStepAsync(Room, new ArchivePolicy { KeepMessages = 1 }, Cancelled)).Moved;
            }
        });
        var (other, chat) = NewStore();
        await using var _other = other;

        // How often a bucket moves in that time depends on how the two are scheduled.
        var n = 0;
        for (; n < 100 || (Volatile.Read(ref moves) <= 50 && n < 2000); n++)
        {
            var id = 1 + (n * 37 % 700);
            await chat.SendAsync(Room, new NewMessage("bob", "a reply") { ReplyTo = id }, Cancelled);
            (await chat.ReceiveAsync(Room, new MessageQuery(1), Cancelled)).Parents[id].Message!.Id.Should().Be(id);
            (await chat.Room(Room).Reactions.AddAsync(id, "bob", "👍", Cancelled)).Should().ContainSingle();
            (await chat.EditAsync(Room, id, Actor.Application, $"edited {n}", cancellationToken: Cancelled))!.Text.Should().Be($"edited {n}");
            (await Chat.GetAsync(Room, id, Cancelled))!.Text.Should().Be($"edited {n}");
            await Assert.ThrowsAsync<ChatParentNotFoundException>(() => chat.SendAsync(Room, new NewMessage("bob", "a reply") { ReplyTo = 5_000_000 }, Cancelled));
        }

        await end.CancelAsync();
        await moving;
        moves.Should().BeGreaterThan(50);
        await AllAreThereAsync(1000 + n);
    }

    [Fact]
    public async Task A_failover_that_undoes_a_thaw_makes_no_old_content_count_again()
    {
        await FillAsync(600);
        await ArchivingStores.ArchiveAsync(Store, Room);
        var (other, chat) = NewStore();
        await using var _other = other;
        var before = await Database.HashGetAsync(Key, "archived");
        await chat.EditAsync(Room, 5, Actor.Application, "lost", cancellationToken: Cancelled);
        await ArchivingStores.ArchiveAsync(other, Room);
        (await Chat.GetAsync(Room, 5, Cancelled))!.Text.Should().Be("lost", "it is cached");

        // The replica that took over had not heard of it.
        await Database.HashSetAsync(Key, "archived", before);
        await chat.EditAsync(Room, 5, Actor.Application, "kept", cancellationToken: Cancelled);
        await ArchivingStores.ArchiveAsync(other, Room);

        (await Chat.GetAsync(Room, 5, Cancelled))!.Text.Should().Be("kept");
    }

    [Fact]
    public async Task A_restored_Redis_that_moves_buckets_again_makes_no_old_content_count()
    {
        await FillAsync(600);
        var before = await Database.HashGetAllAsync($"{Key}:sealed");
        await ArchivingStores.ArchiveAsync(Store, Room);
        (await Chat.GetAsync(Room, 5, Cancelled))!.Text.Should().Be("5", "it is cached");
        var since = ((string)(await Database.HashGetAsync(Key, "archived"))!).Split(' ')[1];

        await Database.HashSetAsync($"{Key}:sealed", before);
        await Database.HashSetAsync(Key, "archived", $"0 {since} 0");
        var (other, chat) = NewStore();
        await using var _other = other;
        await chat.EditAsync(Room, 5, Actor.Application, "edited", cancellationToken: Cancelled);
        await ArchivingStores.ArchiveAsync(other, Room);

        (await Chat.GetAsync(Room, 5, Cancelled))!.Text.Should().Be("edited");
    }

    [Fact]
    public async Task What_is_put_back_is_what_the_archive_has_and_not_what_is_cached()
    {
        await FillAsync(600);
        await ArchivingStores.ArchiveAsync(Store, Room);
        var before = await Database.HashGetAsync(Key, "archived");
        (await Chat.GetAsync(Room, 5, Cancelled))!.Text.Should().Be("5", "it is cached");
        var (other, chat) = NewStore();
        await using var _other = other;
        await chat.EditAsync(Room, 5, Actor.Application, "edited", cancellationToken: Cancelled);
        await ArchivingStores.ArchiveAsync(other, Room);
        await Database.HashSetAsync(Key, "archived", before);

        await Chat.EditAsync(Room, 6, Actor.Application, "another one", cancellationToken: Cancelled);

        (await Chat.GetAsync(Room, 5, Cancelled))!.Text.Should().Be("edited");
        await ArchivingStores.ArchiveAsync(Store, Room);
        (await chat.GetAsync(Room, 5, Cancelled))!.Text.Should().Be("edited");
    }
}
