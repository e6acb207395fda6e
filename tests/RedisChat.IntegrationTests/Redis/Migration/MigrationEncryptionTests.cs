using RedisChat.IntegrationTests.Redis.Encryption;
using RedisChat.Redis;

namespace RedisChat.IntegrationTests.Redis.Migration;

/// <summary>In rooms that the application encrypts, a migration encrypts what it copies.</summary>
public sealed class MigrationEncryptionTests(TestServer server) : MigrationTestBase(server)
{
    // In every text of FillAsync, and in no other value.
    private static readonly string Words = Convert.ToHexString("text "u8);

    [Theory]
    [InlineData(null)]
    [InlineData(1)]
    public async Task No_text_is_stored_in_plain_form_and_what_is_equal_is_not_written_again(int? sealAfter)
    {
        await FillAsync(Lobby, 400);
        await using var chats = Chats(sealAfter);
        var chat = chats.NewChat();

        (await MigrateAsync(chat)).Should().Match<MigratedRoom>(room => room.Added == 400 && room.Changed == 0);
        (await PlainAsync()).Should().BeEmpty();
        (await Database.HashLengthAsync($"{Prefix}:{{{Lobby}}}:sealed")).Should().Be(sealAfter is null ? 0 : 3);
        var copied = await DumpAsync(isDefault: true);
        (await MigrateAsync(chats.NewChat())).Should().Match<MigratedRoom>(room => room.Added == 0 && room.Changed == 0 && room.Removed == 0);
        Values(await DumpAsync(isDefault: true)).Should().Equal(Values(copied));

        await Other.ExecuteAsync("HSET", $":{Lobby}:5", "content", "text after an edit");
        await Old.DeleteAsync(Lobby, 390, Actor.Application, cancellationToken: Cancelled);
        (await MigrateAsync(chat, complete: true)).Should().Match<MigratedRoom>(room => room.Added == 0 && room.Changed == 1 && room.Removed == 1);
        (await PlainAsync()).Should().BeEmpty();
        await ShouldBeExactAsync(chat);
        await ShouldBeExactAsync(chats.NewChat());

        // Without the keys nothing can be read.
        var unreadable = await chats.NewChat(isEncrypted: false).ReceiveAsync(Lobby, new MessageQuery { Limit = 10 }, Cancelled);
        unreadable.Messages.Should().BeEmpty();
        unreadable.Unreadable.Should().NotBeEmpty();
        await chat.SendAsync(Lobby, "new", "text of a new message", Cancelled);
        await chat.EditAsync(Lobby, 6, Actor.Application, "text of another edit", Cancelled);
        (await PlainAsync()).Should().BeEmpty();
        (await chat.Transfer.VerifyAsync(cancellationToken: Cancelled)).Differences.Should().BeEmpty();
    }

    [Fact]
    public async Task What_earlier_passes_copied_in_plain_form_is_encrypted_and_stays_so_without_the_setting()
    {
        await FillAsync(Lobby, 400);
        await using var chats = Chats(1);
        await MigrateAsync(chats.NewChat(isEncrypted: false));
        (await PlainAsync()).Should().HaveCount(1, "one bucket is not sealed");

        (await MigrateAsync(chats.NewChat())).Should().Match<MigratedRoom>(room => room.Added == 0 && room.Changed == 0 && room.Removed == 0);
        (await PlainAsync()).Should().BeEmpty();
        (await Database.HashGetAllAsync($"{Prefix}:{{{Lobby}}}:sealed")).Select(bucket => SealedBucket.KeyIn(((ReadOnlyMemory<byte>)bucket.Value).Span)).Should().HaveCount(3).And.NotContainNulls();

        var withoutRing = () => MigrateAsync(chats.NewChat(isEncrypted: false), complete: true);
        (await withoutRing.Should().ThrowAsync<ChatTransferException>()).WithMessage("*an earlier pass has encrypted it*AddEncryption*");
        (await MigrateAsync(chats.NewChat(rooms: _ => false), complete: true)).IsComplete.Should().BeTrue();
        (await PlainAsync()).Should().BeEmpty();
        await ShouldBeExactAsync(chats.NewChat());
    }

    [Fact]
    public async Task A_dry_run_and_rooms_that_are_not_chosen_get_no_key()
    {
        await FillAsync(Lobby, 3);
        await FillAsync("plain", 3);
        await using var chats = Chats(1);
        var chat = chats.NewChat(rooms: room => room != "plain");

        var dry = await chat.Transfer.MigrateAsync(Classic, new MigrationOptions { DryRun = true }, cancellationToken: Cancelled);
        dry.Rooms.Should().OnlyContain(room => room.Added == 3);
        (await DumpAsync(isDefault: true)).Should().BeEmpty();

        await chat.Transfer.MigrateAsync(Classic, new MigrationOptions { Complete = true }, cancellationToken: Cancelled);
        (await PlainAsync()).Should().Equal($"{Prefix}:{{plain}}:m:0");
        (await Database.KeyExistsAsync($"{Prefix}:{{plain}}:key")).Should().BeFalse();
    }

    [Fact]
    public async Task A_send_to_a_room_that_is_still_closed_makes_no_key()
    {
        await FillAsync(Lobby, 3);
        await using var chats = Chats(1);
        await MigrateAsync(chats.NewChat(isEncrypted: false));

        await FluentActions.Awaiting(() => chats.NewChat().SendAsync(Lobby, "new", "too early", Cancelled)).Should().ThrowAsync<ChatForbiddenException>();

        (await Database.KeyExistsAsync($"{Prefix}:{{{Lobby}}}:key")).Should().BeFalse();
    }

    private static IEnumerable<string> Values(SortedDictionary<string, string> dump) => dump.Where(key => !key.Key.EndsWith('}')).Select(key => $"{key.Key} {key.Value}");

    private EncryptedChats Chats(int? sealAfter) => new(Connection.Configuration, sealAfter: sealAfter, prefix: Prefix);

    private async Task<MigratedRoom> MigrateAsync(Chat chat, bool complete = false) =>
        (await chat.Transfer.MigrateAsync(Classic, new MigrationOptions { Complete = complete }, cancellationToken: Cancelled)).Rooms.Single();

    /// <summary>The keys of the default layout with texts that are not encrypted, nor packed.</summary>
    private async Task<List<string>> PlainAsync() =>
        [.. (await DumpAsync(isDefault: true)).Where(key => key.Value.Contains(Words, StringComparison.Ordinal)).Select(key => key.Key)];

    private async Task ShouldBeExactAsync(Chat chat)
    {
        (await TextsAsync(chat)).Should().Equal(await TextsAsync(Old));
        (await chat.Transfer.VerifyAsync(cancellationToken: Cancelled)).Differences.Should().BeEmpty();
    }

    private static async Task<List<string>> TextsAsync(Chat chat)
    {
        var all = new List<string>();
        await foreach (var message in chat.ReceiveAllAsync(Lobby, cancellationToken: Cancelled))
        {
            all.Add($"{message.Id} {message.User} {message.Timestamp.Ticks} {message.Text}");
        }

        return all;
    }
}
