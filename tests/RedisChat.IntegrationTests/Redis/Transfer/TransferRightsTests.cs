using RedisChat.Tests;
using StackExchange.Redis;

namespace RedisChat.IntegrationTests.Redis.Transfer;

/// <summary>What a user must be allowed to do, as docs/operations.md says.</summary>
public sealed class TransferRightsTests
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_export_needs_the_rights_of_a_chat_and_import_migration_and_verification_the_documented_ones_besides()
    {
        Assert.SkipUnless(RedisProcess.Program is not null, "There is no redis-server.");
        var more = (await File.ReadAllLinesAsync(Path.Combine(Repository.Root, "docs", "operations.md"), Cancelled)).Single(line => line.StartsWith("+zscan", StringComparison.Ordinal)).Split(' ');
        var folder = Directory.CreateTempSubdirectory("redischat-transfer-");
        await using var server = await RedisProcess.StartAsync();
        await server.AskAsync(DocumentedRights.Default.GrantTo("chat"));
        await server.AskAsync([.. DocumentedRights.Default.GrantTo("mover"), .. more]);
        await using var admin = await server.ConnectAsync();
        await using var source = new RedisMessageStore(admin, new RedisStoreOptions { SealAfter = 1 });
        await using var writer = await TransferChat.FillAsync(source, Cancelled);
        var export = Path.Combine(folder.FullName, "export");

        await using (var chat = Open("chat"))
        {
            await new Chat(chat).Transfer.ExportAsync(export, cancellationToken: Cancelled);

            // Single rooms, and one of which there is nothing.
            var single = await new Chat(chat).Transfer.ExportAsync(Path.Combine(folder.FullName, "single"), new ExportOptions { Rooms = ["lobby", "nowhere"] }, cancellationToken: Cancelled);
            single.Facts["message"].Should().BePositive();
        }

        await using var target = Open("chat", "chatroom:other");
        await FluentActions.Awaiting(() => new Chat(target).Transfer.ImportAsync(export, cancellationToken: Cancelled)).Should().ThrowAsync<ChatException>();
        await using var mover = Open("mover", "chatroom:moved");
        await new Chat(mover).Transfer.ImportAsync(export, cancellationToken: Cancelled);
        (await new Chat(mover).Transfer.VerifyAsync(export, cancellationToken: Cancelled)).Differences.Should().BeEmpty();
        await admin.GetDatabase().HashSetAsync("chatroom:moved:{lobby}", "deleted", 1);
        await admin.GetDatabase().KeyDeleteAsync("chatroom:moved:{lobby}:u:bob");
        await admin.GetDatabase().StringSetBitAsync("chatroom:moved:{lobby}:gone", 0, true);
        await admin.GetDatabase().SetAddAsync("chatroom:moved:{nowhere}:r", "1");
        (await new Chat(mover).Transfer.VerifyAsync(options: new VerifyOptions { Repair = true }, cancellationToken: Cancelled)).Should().Match<VerifyResult>(result => result.DifferenceCount == 4 && result.Repaired == 3);

        // So does a migration, for both layouts.
        await new Chat(new ClassicMessageStore(admin)).SendAsync("old", "alice", "hello", Cancelled);
        await using var moving = Open("mover");
        await using var connection = await ConnectionMultiplexer.ConnectAsync($"{server.Configuration},user=mover,password=secret");
        await using var classic = new ClassicMessageStore(connection);
        await new Chat(moving).Transfer.MigrateAsync(classic, cancellationToken: Cancelled);
        await new Chat(moving).Transfer.MigrateAsync(classic, new MigrationOptions { Complete = true }, cancellationToken: Cancelled);
        (await new Chat(moving).Transfer.VerifyAsync(options: new VerifyOptions { Rooms = ["old"] }, cancellationToken: Cancelled)).Differences.Should().BeEmpty();

        folder.Delete(recursive: true);

        RedisMessageStore Open(string user, string prefix = "chatroom") => new($"{server.Configuration},user={user},password=secret", new RedisStoreOptions { KeyPrefix = prefix });
    }
}
