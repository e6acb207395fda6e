using RedisChat.IntegrationTests.Conformance;
using RedisChat.IntegrationTests.Redis.Archive;
using StackExchange.Redis;

namespace RedisChat.IntegrationTests.Redis.Transfer;

/// <summary>Rooms whose old messages are in an archive are exported with them, and imported as rooms without one.</summary>
public sealed class ArchivedTransferTests(TestServer server) : TransferTestBase(server)
{
    private static readonly string[] Archived = [TransferChat.Lobby, TransferChat.Hostile, TransferChat.Trimmed];

    private readonly MemoryArchive _archive = new();

    private string Room => $"{SourcePrefix}:{{{TransferChat.Lobby}}}";

    [Fact]
    public async Task A_room_with_an_archive_is_the_same_room_without_one_after_export_and_import()
    {
        await using var writer = await FillAsync();

        var exported = await Transfer(Source).ExportAsync(Folder, cancellationToken: Cancelled);
        await Transfer(Target).ImportAsync(Folder, cancellationToken: Cancelled);

        exported.Unreadable.Should().Be(0);
        (await Transfer(Target).VerifyAsync(Folder, cancellationToken: Cancelled)).Differences.Should().BeEmpty();
        (await Transfer(Target).VerifyAsync(cancellationToken: Cancelled)).Differences.Should().BeEmpty();
        (await Transfer(Source).VerifyAsync(Folder, cancellationToken: Cancelled)).Differences.Should().BeEmpty();
        foreach (var room in new[] { TransferChat.Lobby, TransferChat.Hostile })
        {
            foreach (var user in new[] { null, "user3" })
            {
                (await AllAsync(Target, room, user)).Should().NotBeEmpty().And.Equal(await AllAsync(Source, room, user));
            }
        }

        var fields = (await Database.HashGetAllAsync($"{TargetPrefix}:{{{TransferChat.Lobby}}}")).ToStringDictionary();
        fields.Should().NotContainKey("archived");
        fields["uses"].Should().NotContain("o");
        (await Database.KeyExistsAsync($"{TargetPrefix}:{{{TransferChat.Lobby}}}:thawed")).Should().BeFalse();
    }

    [Fact]
    public async Task The_messages_in_the_archive_are_verified_with_the_others_and_lists_are_repaired_without_them()
    {
        await using var writer = await FillAsync();
        (await Transfer(Source).VerifyAsync(cancellationToken: Cancelled)).Differences.Should().BeEmpty();
        await Database.KeyDeleteAsync($"{Room}:u:bob");
        await Database.HashSetAsync(Room, "deleted", 700);

        var repaired = await Transfer(Source).VerifyAsync(options: new VerifyOptions { Repair = true }, cancellationToken: Cancelled);

        repaired.Differences.Select(difference => (difference.What, difference.IsRepaired)).Should().BeEquivalentTo([("list", true), ("count", true)]);
        (await Transfer(Source).VerifyAsync(cancellationToken: Cancelled)).Differences.Should().BeEmpty();
        ((string)(await Database.StringGetAsync($"{Room}:u:bob"))!).Should().StartWith("702,");
        (await AllAsync(Source, TransferChat.Lobby, "bob")).Should().OnlyHaveUniqueItems();
        _archive.Lose(TransferChat.Lobby, 1);
        await using var other = NewStore(SourcePrefix);
        other.Archiving.UseArchive(_archive);
        (await Transfer(other).VerifyAsync(options: new VerifyOptions { Repair = true }, cancellationToken: Cancelled)).Differences.Should().ContainSingle()
            .Which.Should().Match<TransferDifference>(difference => difference.What == "archive" && difference.Room == TransferChat.Lobby && !difference.IsRepaired);
    }

    [Fact]
    public async Task Without_the_archive_nothing_is_exported_or_repaired_and_the_room_is_named()
    {
        await using var writer = await FillAsync();
        var before = await TransferDump.OfAsync(Connection, SourcePrefix);
        await using var other = NewStore(SourcePrefix);

        var error = (await FluentActions.Awaiting(() => Transfer(other).ExportAsync(Folder, cancellationToken: Cancelled)).Should().ThrowAsync<ChatTransferException>().WithMessage("*archive*AddFileArchive*")).Which;
        var found = await Transfer(other).VerifyAsync(options: new VerifyOptions { Repair = true }, cancellationToken: Cancelled);

        error.Room.Should().BeOneOf(Archived);
        error.Message.Should().Contain(error.Room!);
        found.Differences.Select(difference => (difference.Room, difference.What, difference.IsRepaired)).Should().BeEquivalentTo(Archived.Select(room => (room, "archive", false)));
        (await TransferDump.OfAsync(Connection, SourcePrefix)).Should().Equal(before);
        (await Transfer(Source).ExportAsync(Folder, cancellationToken: Cancelled)).Rooms.Should().BePositive("it continues where it was refused");
        (await Transfer(other).VerifyAsync(Folder, cancellationToken: Cancelled)).Differences.Select(difference => (difference.Room, difference.What)).Should().BeEquivalentTo(Archived.Select(room => (room, "archive")));
    }

    [Fact]
    public async Task What_moves_to_the_archive_and_back_while_an_export_is_running_is_in_it_once()
    {
        await using var writer = await FillAsync();
        await TransferChat.FillAsync(new Chat(Source).Room("busy"), 3000, Cancelled);
        Source.Archiving.Rest = TimeSpan.FromMilliseconds(100);
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(Cancelled);
        var writing = Enumerable.Range(0, 2).Select(n => TransferWriters.RunAsync(new Chat(Source, TransferChat.Options), ["busy", TransferChat.Lobby], n, ending.Token)).ToList();
        var moving = Task.Run(() => ArchiveUntilAsync(["busy", TransferChat.Lobby], ending.Token), Cancelled);

        for (var run = 0; run < 3; run++)
        {
            await Transfer(Source).ExportAsync(Path.Combine(Folder, $"{run}"), cancellationToken: Cancelled);
        }

        await ending.CancelAsync();
        (await Task.WhenAll(writing)).Sum().Should().BePositive();
        await moving;
        _archive.Of("busy").Should().HaveCountGreaterThan(10);
        for (var run = 0; run < 3; run++)
        {
            await using var store = NewStore($"{TargetPrefix}-{run}");
            await Transfer(store).ImportAsync(Path.Combine(Folder, $"{run}"), cancellationToken: Cancelled);
            (await Transfer(store).VerifyAsync(Path.Combine(Folder, $"{run}"), cancellationToken: Cancelled)).Differences.Should().BeEmpty();
            await CompleteButForListsAsync(store);
        }

        await CompleteButForListsAsync(Source);
    }

    /// <summary>Fills the chat, moves what may be moved, and puts two buckets back.</summary>
    private async Task<MessageWriter> FillAsync()
    {
        Source.Archiving.UseArchive(_archive);
        (Source.Archiving.Margin, Source.Archiving.Rest) = (TimeSpan.Zero, TimeSpan.Zero);
        var writer = await TransferChat.FillAsync(Source, Cancelled);
        foreach (var room in Archived)
        {
            await ArchivingStores.ArchiveAsync(Source, room);
        }

        _archive.Of(TransferChat.Lobby).Should().HaveCountGreaterThan(2);
        var chat = new Chat(Source);
        await chat.EditAsync(TransferChat.Lobby, 4, Actor.Application, "edited in the archive", cancellationToken: Cancelled);
        await chat.DeleteAsync(TransferChat.Lobby, 400, Actor.Application, cancellationToken: Cancelled);
        (await Database.HashLengthAsync($"{Room}:thawed")).Should().Be(2);
        return writer;
    }

    private async Task ArchiveUntilAsync(string[] rooms, CancellationToken ending)
    {
        while (!ending.IsCancellationRequested)
        {
            foreach (var room in rooms)
            {
                await ArchivingStores.ArchiveAsync(Source, room);
            }

            await Task.Delay(50, Cancelled);
        }
    }

    private static async Task<List<string>> AllAsync(RedisMessageStore store, string room, string? user)
    {
        var all = new List<string>();
        await foreach (var message in new Chat(store).ReceiveAllAsync(room, user, Cancelled))
        {
            all.Add($"{message.Id} {message.User} {message.Text} {message.Version} {message.ReplyTo}");
        }

        return all;
    }
}
