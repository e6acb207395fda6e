using RedisChat.IntegrationTests.Conformance;
using RedisChat.IntegrationTests.Redis.Archive;
using RedisChat.IntegrationTests.Redis.Encryption;

namespace RedisChat.IntegrationTests.Redis.Transfer;

/// <summary>Archived and encrypted rooms on a cluster, where they are on several servers.</summary>
public sealed class ColdTransferOnClusterTests(SharedCluster cluster) : IAsyncLifetime
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("redischat-transfer-");
    private EncryptedChats _source = null!;
    private EncryptedChats _target = null!;

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    private string Folder => Path.Combine(_folder.FullName, "export");

    public ValueTask InitializeAsync()
    {
        // With all rights: an import needs more than a chat.
        var configuration = cluster.Configuration.Replace(",user=chat,password=secret", "", StringComparison.Ordinal);
        _source = new EncryptedChats(configuration, sealAfter: 1);
        _target = new EncryptedChats(configuration, _source.Ring, sealAfter: 1);
        return default;
    }

    public async ValueTask DisposeAsync()
    {
        await _source.DisposeAsync();
        await _target.DisposeAsync();
        _folder.Delete(recursive: true);
    }

    [Theory]
    [InlineData(true, false)]
    [InlineData(false, true)]
    [InlineData(true, true)]
    public async Task Rooms_are_the_same_after_export_and_import_on_a_cluster(bool isArchived, bool isEncrypted)
    {
        var (source, archive) = (_source.Open(isEncrypted: isEncrypted), new MemoryArchive());
        await using var writer = await TransferChat.FillAsync(source, Cancelled);
        if (isArchived)
        {
            source.Archiving.UseArchive(archive);
            (source.Archiving.Margin, source.Archiving.Rest) = (TimeSpan.Zero, TimeSpan.Zero);
            foreach (var room in new[] { TransferChat.Lobby, TransferChat.Hostile, TransferChat.Trimmed })
            {
                await ArchivingStores.ArchiveAsync(source, room);
            }

            archive.Of(TransferChat.Lobby).Should().HaveCountGreaterThan(2);
        }

        var exported = await new Chat(source).Transfer.ExportAsync(Folder, cancellationToken: Cancelled);
        var target = _target.Open(isEncrypted: isEncrypted);
        await new Chat(target).Transfer.ImportAsync(Folder, cancellationToken: Cancelled);

        exported.Unreadable.Should().Be(0);
        exported.Facts.ContainsKey("key").Should().Be(isEncrypted);
        (await VerifyAsync(target, Folder)).Should().BeEmpty();
        (await VerifyAsync(target)).Should().BeEmpty();
        (await VerifyAsync(source, Folder)).Should().BeEmpty();
        foreach (var room in new[] { TransferChat.Lobby, TransferChat.Hostile, TransferChat.Trimmed })
        {
            foreach (var user in new[] { null, "user3" })
            {
                (await AllAsync(target, room, user)).Should().NotBeEmpty().And.Equal(await AllAsync(source, room, user));
            }
        }
    }

    private static async Task<IReadOnlyList<TransferDifference>> VerifyAsync(RedisMessageStore store, string? folder = null) =>
        (await new Chat(store).Transfer.VerifyAsync(folder, cancellationToken: Cancelled)).Differences;

    private static async Task<List<string>> AllAsync(RedisMessageStore store, string room, string? user)
    {
        var all = new List<string>();
        await foreach (var message in new Chat(store).ReceiveAllAsync(room, user, Cancelled))
        {
            all.Add($"{message.Id} {message.User} {message.Text} {message.Version} {message.ReplyTo} {message.Attachments.Count}");
        }

        return all;
    }
}
