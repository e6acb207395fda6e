using RedisChat.IntegrationTests.Conformance;
using RedisChat.IntegrationTests.Redis.Archive;
using RedisChat.IntegrationTests.Redis.Encryption;

namespace RedisChat.IntegrationTests.Redis.Transfer;

/// <summary>Encrypted chats are carried encrypted, with their wrapped keys.</summary>
public sealed class EncryptedTransferTests : IAsyncLifetime
{
    // What TransferChat writes.
    private static readonly string[] Secrets = ["text 1", "to you", "a reply", "happy birthday", "Dear", "Hello", "edited", "in the thread", "beach.jpg", "much later", "attic/1", "http://a.example"];

    private readonly TestServer _server;
    private readonly EncryptedChats _source;
    private readonly EncryptedChats _target;
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("redischat-transfer-");

    public EncryptedTransferTests(TestServer server)
    {
        _server = server;
        _source = new EncryptedChats(server.Connection.Configuration, sealAfter: 1);
        _target = new EncryptedChats(server.Connection.Configuration, _source.Ring, sealAfter: 1);
    }

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    private string Folder => Path.Combine(_folder.FullName, "export");

    public ValueTask InitializeAsync() => default;

    public async ValueTask DisposeAsync()
    {
        await _source.DisposeAsync();
        await _target.DisposeAsync();
        _folder.Delete(recursive: true);
    }

    [Theory]
    [InlineData(true, false)]
    [InlineData(false, false)]
    [InlineData(true, true)]
    public async Task An_encrypted_chat_is_the_same_after_export_and_import_and_the_export_contains_no_text(bool hasKeysWhileImporting, bool isArchived)
    {
        var source = _source.Open();
        await using var writer = await TransferChat.FillAsync(source, Cancelled);
        if (isArchived)
        {
            source.Archiving.UseArchive(new MemoryArchive());
            source.Archiving.Margin = TimeSpan.Zero;
            await ArchivingStores.ArchiveAsync(source, TransferChat.Lobby);
        }

        (await VerifyAsync(source)).Should().BeEmpty();
        var exported = await new Chat(source).Transfer.ExportAsync(Folder, cancellationToken: Cancelled);
        await new Chat(_target.Open(isEncrypted: hasKeysWhileImporting)).Transfer.ImportAsync(Folder, cancellationToken: Cancelled);

        exported.Unreadable.Should().Be(0);
        exported.Facts["key"].Should().BeGreaterThan(4);
        foreach (var path in Directory.EnumerateFiles(Folder))
        {
            var text = await File.ReadAllTextAsync(path, Cancelled);
            Secrets.Where(secret => text.Contains(secret, StringComparison.Ordinal)).Should().BeEmpty();
        }

        var target = _target.Open();
        (await VerifyAsync(target, Folder)).Should().BeEmpty();
        (await VerifyAsync(target)).Should().BeEmpty();
        (await VerifyAsync(source, Folder)).Should().BeEmpty();
        var (before, after) = (await DescribeAsync(source), await DescribeAsync(target));
        after.Should().Equal(before);
        before.Should().Contain(line => line.Contains("happy birthday", StringComparison.Ordinal)).And.Contain(line => line.Contains("edited once", StringComparison.Ordinal)).And.HaveCountGreaterThan(1000);
        var packed = await _server.Connection.GetDatabase().HashGetAllAsync($"{_target.Prefix}:{{{TransferChat.Lobby}}}:sealed");
        packed.Should().HaveCount(hasKeysWhileImporting ? 4 : 0).And.NotContain(field => ((byte[])field.Value!)[0] != 2);
        if (hasKeysWhileImporting)
        {
            return;
        }

        // The sealer catches up, and what it wrote is still the same.
        await TransferChat.FillAsync(new Chat(target).Room(TransferChat.Lobby), 300, Cancelled);
        await target.SealedAsync();
        (await _server.Connection.GetDatabase().HashLengthAsync($"{_target.Prefix}:{{{TransferChat.Lobby}}}:sealed")).Should().BeGreaterThan(4);
        (await VerifyAsync(target)).Should().BeEmpty();
        (await VerifyAsync(target, Folder)).Should().NotContain(difference => difference.What == "message");
    }

    [Fact]
    public async Task What_was_imported_with_a_key_ring_that_lacks_the_master_key_is_sealed_by_a_process_that_has_it()
    {
        var source = _source.Open();
        await TransferChat.FillAsync(new Chat(source).Room(TransferChat.Lobby), 700, Cancelled);
        await new Chat(source).Transfer.ExportAsync(Folder, cancellationToken: Cancelled);
        await new Chat(_target.Open(keys: new TestKeyRing())).Transfer.ImportAsync(Folder, cancellationToken: Cancelled);
        var packed = $"{_target.Prefix}:{{{TransferChat.Lobby}}}:sealed";
        (await _server.Connection.GetDatabase().HashLengthAsync(packed)).Should().Be(0);

        var target = _target.Open();
        await TransferChat.FillAsync(new Chat(target).Room(TransferChat.Lobby), 300, Cancelled);
        await target.SealedAsync();

        (await _server.Connection.GetDatabase().HashLengthAsync(packed)).Should().BeGreaterThan(5);
        (await VerifyAsync(target)).Should().BeEmpty();
    }

    [Fact]
    public async Task Without_the_keys_encrypted_buckets_are_not_called_broken_and_not_repaired_and_not_exported()
    {
        await using var writer = await TransferChat.FillAsync(_source.Open(), Cancelled);
        var before = await TransferDump.OfAsync(_server.Connection, _source.Prefix);
        var (plain, wrong) = (_source.Open(isEncrypted: false), _source.Open(keys: new TestKeyRing()));

        foreach (var store in new[] { plain, wrong })
        {
            var found = await new Chat(store).Transfer.VerifyAsync(options: new VerifyOptions { Repair = true }, cancellationToken: Cancelled);
            found.Differences.Should().NotBeEmpty().And.OnlyContain(difference => difference.What == "encrypted" && !difference.IsRepaired)
                .And.OnlyContain(difference => difference.Details.Contains("AddEncryption", StringComparison.Ordinal) || difference.Details.Contains("Give the key ring the master key", StringComparison.Ordinal));
            var error = (await FluentActions.Awaiting(() => new Chat(store).Transfer.ExportAsync(Folder, cancellationToken: Cancelled)).Should().ThrowAsync<ChatTransferException>()).Which;
            error.Message.Should().Contain(error.Room!).And.Contain("encrypted");
        }

        (await TransferDump.OfAsync(_server.Connection, _source.Prefix)).Should().Equal(before);
        await new Chat(_source.Open()).Transfer.ExportAsync(Folder, cancellationToken: Cancelled);
        (await VerifyAsync(plain, Folder)).Should().NotBeEmpty().And.OnlyContain(difference => difference.What == "encrypted");
        await new Chat(_source.Open()).EditAsync(TransferChat.Lobby, 130, Actor.Application, "other", cancellationToken: Cancelled);
        (await VerifyAsync(_source.Open(), Folder)).Select(difference => difference.Details).Should().Contain("message 130: another value than in the export.").And.NotContain(details => details.StartsWith("message 131", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_key_that_was_added_during_the_export_is_in_it_and_people_may_go_on_writing()
    {
        var source = _source.Open();
        await TransferChat.FillAsync(new Chat(source).Room(TransferChat.Lobby), 2000, Cancelled);
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(Cancelled);
        var writing = Enumerable.Range(0, 2).Select(n => TransferWriters.RunAsync(new Chat(source, TransferChat.Options), [TransferChat.Lobby], n, ending.Token)).ToList();
        var rotating = Task.Run(
            async () =>
            {
                while (!ending.IsCancellationRequested)
                {
                    await new Chat(source).Room(TransferChat.Lobby).EncryptionKeys.RotateAsync(Cancelled);
                    await Task.Delay(20, Cancelled);
                }
            },
            Cancelled);

        await new Chat(source).Transfer.ExportAsync(Folder, cancellationToken: Cancelled);
        await ending.CancelAsync();
        (await Task.WhenAll(writing)).Sum().Should().BePositive();
        await rotating;
        var target = _target.Open();
        await new Chat(target).Transfer.ImportAsync(Folder, cancellationToken: Cancelled);

        (await VerifyAsync(target, Folder)).Should().BeEmpty();
        await TransferTestBase.CompleteButForListsAsync(target);
        var page = await new Chat(target).ReceiveAsync(TransferChat.Lobby, new MessageQuery(200), Cancelled);
        page.Unreadable.Should().BeEmpty();
        page.Messages.Should().HaveCount(200).And.OnlyContain(message => message.Text.Length > 0);
    }

    private static async Task<IReadOnlyList<TransferDifference>> VerifyAsync(RedisMessageStore store, string? folder = null) =>
        (folder is null ? await new Chat(store).Transfer.VerifyAsync(cancellationToken: Cancelled) : await new Chat(store).Transfer.VerifyAsync(folder, cancellationToken: Cancelled)).Differences;

    private static async Task<List<string>> DescribeAsync(RedisMessageStore store)
    {
        var (chat, all) = (new Chat(store, TransferChat.Options), new List<string>());
        foreach (var room in new[] { TransferChat.Lobby, TransferChat.Hostile, TransferChat.Trimmed })
        {
            await foreach (var message in chat.ReceiveAllAsync(room, null, Cancelled))
            {
                all.Add($"{message.Id} {message.User} {message.Text} {message.Version} {message.Attachments.Count} {string.Join(',', message.Previews.Select(preview => preview.Title))}");
            }
        }

        var lobby = chat.Room(TransferChat.Lobby);
        all.AddRange((await lobby.Versions.ListAsync(3, Actor.Application, Cancelled)).Select(version => version.Text));
        all.AddRange((await lobby.Schedule.ListAsync("bob", Cancelled)).Select(scheduled => scheduled.Message.Text));
        all.AddRange((await chat.Room("later").Schedule.ListAsync("alice", Cancelled)).Select(scheduled => scheduled.Message.Text));
        all.Add((await chat.User("bob").Drafts.GetAsync(TransferChat.Lobby, Cancelled))!.Text);
        all.AddRange((await lobby.Thread(702).ReceiveAsync(cancellationToken: Cancelled)).Messages.Select(message => message.Text));
        return all;
    }
}
