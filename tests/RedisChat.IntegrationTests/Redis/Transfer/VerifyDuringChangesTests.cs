using RedisChat.IntegrationTests.Conformance;
using RedisChat.IntegrationTests.Redis.Archive;
using StackExchange.Redis;

namespace RedisChat.IntegrationTests.Redis.Transfer;

/// <summary>What others do between two reads of a verification is not a problem of the chat: also what has no revision, and so does not show in the position of the room.</summary>
public sealed class VerifyDuringChangesTests(TestServer server) : InterruptedTransferTestBase(server)
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Lists_that_are_cut_because_messages_move_to_the_archive_are_right(bool repair)
    {
        var archive = new MemoryArchive();
        await using var verifier = Open();
        foreach (var store in new[] { Source, verifier })
        {
            store.Archiving.UseArchive(archive);
            (store.Archiving.Margin, store.Archiving.Rest) = (TimeSpan.Zero, TimeSpan.Zero);
        }

        await TransferChat.FillAsync(new Chat(Source).Room("busy"), 700, Cancelled);
        await Source.SealedAsync();
        Proxy.Before(words => words[0] == "GETRANGE" && words[1] == Key("{busy}:u:user1"), () => ArchivingStores.ArchiveAsync(Source, "busy"));

        await ShouldFindNothingAsync(verifier, repair);

        archive.Of("busy").Should().NotBeEmpty();
        ((string)(await Database.StringGetAsync(Key("{busy}:u:user1")))!).Should().NotStartWith("1,");
    }

    [Fact]
    public async Task A_bucket_that_is_sealed_between_the_two_reads_of_it_is_not_sealed_and_open_at_once()
    {
        // As it was before it was sealed.
        await using var verifier = Open();
        var (bucket, packed) = (Key("{busy}:m:0"), Key("{busy}:sealed"));
        await using (var keeper = new RedisMessageStore(Connection, new RedisStoreOptions { KeyPrefix = SourcePrefix, SealAfter = null }))
        {
            await TransferChat.FillAsync(new Chat(keeper).Room("busy"), 200, Cancelled);
        }

        var open = await Database.HashGetAllAsync(bucket);
        await TransferChat.FillAsync(new Chat(Source).Room("busy"), 100, Cancelled);
        await Source.SealedAsync();
        var content = await Database.HashGetAsync(packed, 0);
        content.IsNull.Should().BeFalse();
        await Database.HashSetAsync(bucket, open);
        await Database.HashDeleteAsync(packed, 0);
        Proxy.Before(words => words[0] == "HGET" && words[1] == packed && words[2] == "0", async () =>
        {
            var sealing = Database.CreateTransaction();
            _ = sealing.HashSetAsync(packed, 0, content);
            _ = sealing.KeyDeleteAsync(bucket);
            await sealing.ExecuteAsync();
        });

        await ShouldFindNothingAsync(verifier);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_user_who_leaves_before_the_list_is_read_does_not_lack_the_room(bool repair)
    {
        await using var verifier = Open();
        var room = new Chat(Source).Room("lobby");
        await room.Members.JoinAsync("alice", Cancelled);
        await room.Members.JoinAsync("bob", Cancelled);
        Proxy.Before(words => words[0] == "HEXISTS" && words[1] == Key("{user:bob}:rooms"), () => room.Members.LeaveAsync("bob", Cancelled));

        await ShouldFindNothingAsync(verifier, repair);

        (await Database.HashLengthAsync(Key("{user:bob}:rooms"))).Should().Be(0);
    }

    [Fact]
    public async Task A_room_that_the_user_leaves_after_the_list_was_read_is_not_one_too_many()
    {
        await using var verifier = Open();
        var room = new Chat(Source).Room("lobby");
        await room.Members.JoinAsync("alice", Cancelled);
        await room.Members.JoinAsync("bob", Cancelled);

        // An entry that is young may be that of a user who is joining.
        await Database.HashSetAsync(Key("{user:bob}:rooms"), "lobby", "1000000 - -");
        Proxy.Before(words => words[0] == "HGET" && words[1] == Key("{lobby}:members") && words[2] == "bob", () => room.Members.LeaveAsync("bob", Cancelled));

        await ShouldFindNothingAsync(verifier);
    }

    [Fact]
    public async Task A_room_that_is_deleted_after_it_was_found_leaves_no_keys()
    {
        await using var verifier = Open();
        await TransferChat.FillAsync(new Chat(Source).Room("gone"), 200, Cancelled);
        await Source.SealedAsync();
        Proxy.Before(words => words[0] == "HGETALL" && words[1] == Key("{gone}"), () => new Chat(Source).Rooms.DeleteAsync("gone", Actor.Application, cancellationToken: Cancelled));

        await ShouldFindNothingAsync(verifier);
    }

    [Fact]
    public async Task A_thread_that_is_deleted_after_it_was_found_leaves_no_keys()
    {
        await using var verifier = Open();
        var chat = new Chat(Source, new ChatOptions { DeleteThreads = true });
        await chat.SendAsync("lobby", "alice", "a question", Cancelled);
        await chat.Room("lobby").Thread(1).SendAsync("bob", "an answer", Cancelled);
        Proxy.Before(words => words[0] == "HGETALL" && words[1] == Key("{lobby}:t:1"), () => chat.DeleteAsync("lobby", 1, Actor.Application, cancellationToken: Cancelled));

        await ShouldFindNothingAsync(verifier);
    }

    [Fact]
    public async Task A_room_that_is_created_again_after_it_was_deleted_is_checked_as_it_is_now()
    {
        await using var verifier = Open();
        var chat = new Chat(Source);
        await TransferChat.FillAsync(chat.Room("lobby"), 100, Cancelled);
        Proxy.Before(words => words[0] == "HGETALL" && words[1] == Key("{lobby}"), async () =>
        {
            await chat.Rooms.DeleteAsync("lobby", Actor.Application, cancellationToken: Cancelled);
            Proxy.Before(words => words[0] == "EXISTS" && words[1] == Key("{lobby}:m:0"), () => chat.SendAsync("lobby", "bob", "the next room of this name", Cancelled));
        });

        await ShouldFindNothingAsync(verifier);
    }

    private string Key(string end) => $"{SourcePrefix}:{end}";

    private RedisMessageStore Open() => OpenAtProxy(SourcePrefix);

    private async Task ShouldFindNothingAsync(RedisMessageStore verifier, bool repair = false)
    {
        var result = await Transfer(verifier).VerifyAsync(options: new VerifyOptions { Repair = repair }, cancellationToken: Cancelled);

        Proxy.IsDone.Should().BeTrue("the change happens while the chat is verified");
        result.Differences.Should().BeEmpty();
        (await Transfer(Source).VerifyAsync(cancellationToken: Cancelled)).Differences.Should().BeEmpty();
    }
}
