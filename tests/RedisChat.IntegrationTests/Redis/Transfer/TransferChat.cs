namespace RedisChat.IntegrationTests.Redis.Transfer;

/// <summary>Fills a chat with everything that a chat can store.</summary>
internal static class TransferChat
{
    public const string Lobby = "lobby";
    public const string Hostile = "a{b}:c% 😀";
    public const string HostileUser = "tom:2 {x}% é";
    public const string Trimmed = "trimmed";

    public static readonly WritingOptions Eager = new() { Interval = TimeSpan.Zero };

    /// <summary>A store that keeps everything it can keep.</summary>
    public static ChatOptions Options => new() { KeptVersions = 3 };

    /// <summary>Fills the chat.</summary>
    /// <param name="store">The store.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <returns>A message that is still being written; dispose it last.</returns>
    public static async Task<MessageWriter> FillAsync(RedisMessageStore store, CancellationToken cancellationToken)
    {
        var chat = new Chat(store, Options, attachments: new SilentAttachments());
        var writer = await FillLobbyAsync(chat, Lobby, "alice", cancellationToken);
        await using var other = await FillLobbyAsync(chat, Hostile, HostileUser, cancellationToken);
        await other.CompleteAsync(cancellationToken);

        await FillAsync(chat.Room(Trimmed), 700, cancellationToken);
        await chat.Room(Trimmed).TrimAsync(new RetentionPolicy { MaxMessages = 200 }, cancellationToken: cancellationToken);
        await chat.Room(Trimmed).DeleteManyAsync(MessageSelection.Between(513, 639), Actor.Application, "gone", cancellationToken: cancellationToken);

        // A deleted room leaves its notices, and a scheduled message needs no room.
        await chat.Room("attic").SendAsync(new NewMessage("alice", "look") { Attachments = [Picture("attic/1")] }, cancellationToken);
        await chat.Rooms.DeleteAsync("attic", Actor.Application, cancellationToken: cancellationToken);
        await chat.Room("later").Schedule.AddAsync(new NewMessage("alice", "much later"), DateTimeOffset.UtcNow.AddDays(2), cancellationToken);
        await chat.Rooms.CreateAsync("silent", new RoomAbout { Name = "Silence", MessagesExpireAfter = TimeSpan.FromDays(9) }, RuleSet.MembersOnly, HostileUser, cancellationToken);
        await chat.Room("gone thread").SendAsync("alice", "parent", cancellationToken);
        await chat.Room("gone thread").Thread(1).SendAsync("bob", "reply", cancellationToken);
        await chat.Room("gone thread").DeleteAsync(1, Actor.Application, cancellationToken: cancellationToken);
        await store.SealedAsync();
        await store.DirectoryKeptAsync();
        return writer;
    }

    /// <summary>Sends plain messages.</summary>
    public static async Task FillAsync(ChatRoom room, int count, CancellationToken cancellationToken)
    {
        foreach (var numbers in Enumerable.Range(1, count).Chunk(ChatLimits.MaxBatchSize))
        {
            await room.SendManyAsync([.. numbers.Select(n => new NewMessage($"user{n % 7}", $"text {n} \"q\" \\ 😀 é"))], cancellationToken);
        }
    }

    public static Attachment Picture(string address) => new() { Kind = "image", Name = "beach.jpg", MediaType = "image/jpeg", Size = 182044, Address = address };

    private static async Task<MessageWriter> FillLobbyAsync(Chat chat, string id, string user, CancellationToken cancellationToken)
    {
        await chat.Rooms.CreateAsync(id, new RoomAbout { Name = "Lobby", Topic = "All", Metadata = new Dictionary<string, string> { ["a"] = "\"b\"\n" } }, RuleSet.Open, user, cancellationToken);
        var room = chat.Room(id);
        await room.Members.JoinAsync("bob", cancellationToken);
        await room.Members.JoinAsync("carol", cancellationToken);
        await room.Members.BanAsync("mallory", user, reason: "spam", cancellationToken: cancellationToken);
        await room.Members.MuteAsync("carol", user, TimeSpan.FromHours(1), "loud", cancellationToken);
        await room.Members.InviteAsync("dave", user, cancellationToken: cancellationToken);
        await room.Members.LeaveAsync("carol", cancellationToken);
        await room.Members.JoinAsync("carol", cancellationToken);
        await room.Rules.ChangeAsync(user, rules => rules with { SlowMode = TimeSpan.FromMilliseconds(1) }, cancellationToken);
        await room.Rules.ChangeAsync(user, rules => rules with { SlowMode = TimeSpan.Zero }, cancellationToken);
        await FillAsync(room, 700, cancellationToken);
        await room.SendAsync(new NewMessage(user, "to you") { Mentions = [Mention.User("bob"), Mention.Everyone, Mention.Role(RoomRole.Member)], Metadata = new Dictionary<string, string> { ["lang"] = "de" }, IdempotencyKey = "k1" }, cancellationToken);
        await room.SendAsync(new NewMessage("bob", "a reply") { ReplyTo = 701, Mentions = [Mention.User(user)] }, cancellationToken);
        await room.SendAsync(new NewMessage("bob", "for a while") { ExpiresAfter = TimeSpan.FromDays(1) }, cancellationToken);
        await room.SendAsync(new NewMessage("bob", "see http://a.example") { Attachments = [Picture("p/1"), Picture("p/2")] }, cancellationToken);
        await room.Previews.SetAsync(704, [new LinkPreview { Address = "http://a.example", Title = "a" }], cancellationToken);
        await room.EditAsync(704, "bob", new MessageEdit("no attachment") { Attachments = [] }, cancellationToken);
        await room.EditAsync(3, Actor.Application, "edited once", cancellationToken);
        await room.EditAsync(3, Actor.Application, "edited twice", cancellationToken);
        await room.EditAsync(701, user, new MessageEdit("to carol") { Mentions = [Mention.User("carol")] }, cancellationToken);
        foreach (var emoji in new[] { "👍", "🎉", "❤️" })
        {
            await room.Reactions.AddAsync(3, "bob", emoji, cancellationToken);
        }

        await room.Reactions.AddAsync(3, user, "👍", cancellationToken);
        await room.Reactions.AddAsync(702, "erin", "👍", cancellationToken);
        await room.Reactions.RemoveAsync(3, "bob", "🎉", cancellationToken);
        await room.DeleteAsync(5, Actor.Application, "rude", cancellationToken);
        await room.DeleteManyAsync(MessageSelection.Between(256, 383), Actor.Application, cancellationToken: cancellationToken);
        await room.Pins.PinAsync(3, user, cancellationToken);
        await room.Pins.PinAsync(7, Actor.Application, cancellationToken);
        await room.Pins.UnpinAsync(7, user, cancellationToken);
        await room.ReadMarkers.MarkReadAsync("bob", 400, cancellationToken);
        await room.Thread(702).SendAsync(user, "in the thread", cancellationToken);
        await room.Thread(702).SendAsync("bob", "and again", cancellationToken);
        await room.Thread(702).EditAsync(1, user, "in the thread, edited", cancellationToken);
        await FillAsync(room.Thread(9), 300, cancellationToken);
        await room.Thread(9).DeleteAsync(300, Actor.Application, cancellationToken: cancellationToken);
        await room.Schedule.AddAsync(new NewMessage("bob", "happy birthday"), DateTimeOffset.UtcNow.AddDays(1), cancellationToken);
        await chat.User("bob").Drafts.SaveAsync(id, "Dear", cancellationToken: cancellationToken);
        await chat.User("bob").Inbox.MuteAsync(id, cancellationToken);
        await using (var done = await room.BeginAsync(new NewMessage("bob", ""), Eager, cancellationToken))
        {
            await done.AppendAsync("Hello", cancellationToken);
            await done.CompleteAsync(cancellationToken);
        }

        var writer = await room.BeginAsync(new NewMessage(user, ""), Eager with { Lease = TimeSpan.FromMinutes(10) }, cancellationToken);
        await writer.AppendAsync("Hello, ", cancellationToken);
        await writer.FlushAsync(cancellationToken);
        return writer;
    }

    private sealed class SilentAttachments : IAttachmentStore
    {
        public ValueTask ReleasedAsync(IReadOnlyList<ReleasedAttachment> attachments, CancellationToken cancellationToken = default) => default;
    }
}
