using System.Text.Json;

namespace RedisChat.Tests.Json;

/// <summary>A value of each type that the chat returns or accepts, with the largest numbers and with all optional parts set or left out.</summary>
internal static class JsonExamples
{
    public static RoomMember Member { get; } = new()
    {
        User = "böb",
        Role = RoomRole.Member,
        JoinedAt = DateTimeOffset.UnixEpoch,
        Mute = new Restriction(DateTimeOffset.UnixEpoch, "mod", null),
    };

    public static RuleSet Rules { get; } = new() { Roles = [new(RoomRole.Owner, RoomRights.All)], Flood = new FloodLimit(5, TimeSpan.FromSeconds(2)) };

    public static RoomAbout About { get; } = new() { Name = "böb", Topic = "👍", Metadata = new Dictionary<string, string> { ["Case Kept"] = "" } };

    public static RoomInfo Info { get; } = new()
    {
        Id = "lobby",
        Exists = true,
        About = About,
        Rules = Rules,
        LastMessageId = ChatLimits.MaxMessageId,
        LastMessageAt = DateTimeOffset.UnixEpoch,
        Messages = ChatLimits.MaxMessageId,
        Members = 1,
    };

    public static readonly ThreadSummary Thread = new()
    {
        Count = ChatLimits.MaxMessageId,
        LastReplyId = ChatLimits.MaxMessageId,
        LastReplyAt = DateTimeOffset.UnixEpoch,
        Participants = ["böb", "alice"],
    };

    public static readonly RoomPosition Position = new(ulong.MaxValue, ChatLimits.MaxMessageId, long.MaxValue, long.MaxValue);

    public static readonly Message Plain = new()
    {
        Id = 1,
        User = "alice",
        Text = "hello",
        Timestamp = DateTimeOffset.UnixEpoch,
    };

    public static readonly Message Edited = new()
    {
        Id = ChatLimits.MaxMessageId,
        User = "böb \"</script>",
        Text = "line\nüberlang 👩‍👩‍👧 \0 \u2028",
        Timestamp = Micros.ToTime(1_795_418_409_447_123),
        EditedAt = Micros.ToTime(1_795_418_409_447_124),
        Version = int.MaxValue,
        Metadata = new Dictionary<string, string> { ["lang"] = "en", ["Case Kept"] = "" },
        IdempotencyKey = "phone-1",
        ReplyTo = ChatLimits.MaxMessageId,
        Mentions = [Mention.User("böb"), Mention.Role(RoomRole.Moderator), Mention.Everyone],
    };

    public static readonly Attachment Picture = new()
    {
        Kind = AttachmentKinds.Image,
        Name = "kätzchen \"1\".png",
        MediaType = "image/png",
        Size = (1L << 53) - 1,
        Address = "files/1?room=lobby",
        Preview = new AttachmentPreview { Text = "two\nlines", Address = "files/2", Width = 640, Height = 480 },
    };

    public static readonly Attachment Report = new() { Kind = "x-report", Name = "report.pdf", MediaType = "application/pdf", Size = 0, Address = "7" };

    public static readonly LinkPreview Preview = new()
    {
        Address = "https://example.org/ä?b=c",
        Title = "</script>",
        Description = "two\nlines",
        Image = "https://example.org/i.png",
        SiteName = "Example",
    };

    public static readonly InboxRoom Entry = new()
    {
        Room = "lobby",
        Member = Member,
        LastMessage = Edited,
        LastActivity = Edited.Timestamp,
        ReadUpTo = 7,
        Unread = new(99, true),
        UnreadMentions = 3,
        IsMuted = true,
        IsHidden = true,
    };

    public static readonly ReadMarker Marker = new() { User = "böb", MessageId = ChatLimits.MaxMessageId, At = Edited.Timestamp };

    public static readonly MessagePage Page = new()
    {
        Messages = [Plain, Edited],
        Position = Position,
        HasOlder = true,
        Unreadable = [new UnreadableMessage(7) { Key = "the-key", Field = "the-field" }, new UnreadableMessage(Id: null) { Key = "the-key" }],
    };

    public static readonly RoomEvent[] Events =
    [
        new RoomEvent.Created(Edited, Position),
        new RoomEvent.Edited(Plain, RoomPosition.Start),
        new RoomEvent.Deleted(ChatLimits.MaxMessageId, Position) { User = "mod", DeletedAt = Edited.Timestamp, Reason = "spam" },
        new RoomEvent.Reacted(ChatLimits.MaxMessageId, [new Reaction("👍", 2, Own: 1), new Reaction(":shipit:", 1)], "alice", Position),
        new RoomEvent.Gap(Position),
        new RoomEvent.CaughtUp(Position),
        new RoomEvent.Heartbeat(Position),
        new RoomEvent.Entered("böb", ChatLimits.MaxMessageId, Position),
        new RoomEvent.Left("böb", 0, RoomPosition.Start),
        new RoomEvent.PresenceChanged(10_000, Position),
        new RoomEvent.Typing("böb", TimeSpan.FromSeconds(6), Edited.Timestamp, Position),
        new RoomEvent.Failed(Position),
        new RoomEvent.MemberChanged(Member, Position) { By = "mod", Reason = "spam" },
        new RoomEvent.RulesChanged(Rules, Position) { By = "olga" },
        new RoomEvent.ReadMarkerMoved("böb", ChatLimits.MaxMessageId, Edited.Timestamp, Position),
        new RoomEvent.AboutChanged(About, Position) { By = "olga" },
        new RoomEvent.RoomDeleted(Position) { By = "olga" },
        new RoomEvent.Pinned(ChatLimits.MaxMessageId, Edited.Timestamp, Position) { By = "olga" },
        new RoomEvent.Unpinned(ChatLimits.MaxMessageId, Position) { By = "olga" },
        new RoomEvent.ThreadChanged(ChatLimits.MaxMessageId, Thread, Position),
        new RoomEvent.PartWritten(ChatLimits.MaxMessageId, 16_000, "part\n", Position),
        new RoomEvent.Trimmed(ChatLimits.MaxMessageId, Position),
        new RoomEvent.WritingEnded(Plain with { Writing = WritingState.Abandoned }, Position),
        new RoomEvent.PreviewsChanged(ChatLimits.MaxMessageId, [Preview, new LinkPreview { Address = "http://a.example", Title = "a" }], Position),
        new RoomEvent.PreviewsChanged(1, [], Position),
        new RoomEvent.DeletedMany([7, ChatLimits.MaxMessageId], Position) { User = "mod", DeletedAt = Edited.Timestamp, Reason = "spam" },
        new RoomEvent.UserErased([7, ChatLimits.MaxMessageId], Position),
        new RoomEvent.UserErased([], Position),
    ];

    /// <summary>All examples, each with the type that an application serializes it as.</summary>
    public static IReadOnlyList<(Type Type, object Value)> All =>
    [
        (typeof(RoomPosition), Position),
        (typeof(RoomPosition), RoomPosition.Start),
        (typeof(Message), Plain),
        (typeof(Message), Edited),
        (typeof(Message), Plain with { Writing = WritingState.InProgress }),
        (typeof(Message), Plain with { ExpiresAt = Edited.Timestamp }),
        (typeof(NewMessage), new NewMessage("alice", "hello")),
        (typeof(NewMessage), new NewMessage("alice", "hello") { ExpiresAfter = TimeSpan.FromMinutes(5) }),
        (typeof(RoomAbout), new RoomAbout { MessagesExpireAfter = TimeSpan.FromDays(7), Retention = new RetentionPolicy { MaxAge = TimeSpan.FromDays(365), MaxMessages = 1000 } }),
        (typeof(RoomAbout), new RoomAbout { Retention = RetentionPolicy.Everything }),
        (typeof(NewMessage), new NewMessage("alice", "hello") { IdempotencyKey = "phone-1", Metadata = Edited.Metadata }),
        (typeof(NewMessage), new NewMessage("alice", "hello") { ReplyTo = ChatLimits.MaxMessageId }),
        (typeof(NewMessage), new NewMessage("alice", "hello") { Mentions = Edited.Mentions }),
        (typeof(NewMessage), new NewMessage("alice", "") { Attachments = [Picture, Report] }),
        (typeof(Message), Edited with { Attachments = [Picture, Report], Previews = [Preview] }),
        (typeof(Attachment), Picture),
        (typeof(LinkPreview), Preview),
        (typeof(MessageEdit), new MessageEdit("hello")),
        (typeof(MessageEdit), new MessageEdit("hello") { Metadata = Edited.Metadata, Mentions = Edited.Mentions }),
        (typeof(MessageEdit), new MessageEdit("hello") { Mentions = [] }),
        (typeof(MessageEdit), new MessageEdit("hello") { Attachments = [Picture] }),
        (typeof(MessageEdit), new MessageEdit("hello") { Attachments = [] }),
        (typeof(SearchPage), new SearchPage
        {
            Hits = [new SearchHit { Room = "böb", Message = Edited, Highlights = [new TextRange(0, 4)], Snippet = new SearchSnippet { Text = "…line", Highlights = [new TextRange(1, 4)] } }],
            Cursor = "1f",
        }),
        (typeof(ExportResult), new ExportResult
        {
            Rooms = ChatLimits.MaxMessageId, Threads = 1, Users = 0, Facts = new Dictionary<string, long> { ["message"] = ChatLimits.MaxMessageId }, Unreadable = 2, Bytes = ChatLimits.MaxMessageId,
        }),
        (typeof(ArchivedStep), new ArchivedStep(3, TimeSpan.FromMinutes(6)) { IsWaiting = true }),
        (typeof(ImportResult), new ImportResult { Imported = ChatLimits.MaxMessageId, Skipped = 1, Refused = ["room böb exists"], RefusedCount = 1, Facts = 0 }),
        (typeof(MigrationResult), new MigrationResult
        {
            Rooms =
            [
                new MigratedRoom
                {
                    Room = "böb", IsComplete = true, LastId = ChatLimits.MaxMessageId, Messages = 9, Added = 8, Changed = 7, Removed = 6, Unreadable = 2, UnreadableIds = [4, ChatLimits.MaxMessageId], WithoutAuthor = 5, Late = 3,
                },
            ],
            LeftOut = ["room a:b: no"], LeftOutCount = 1, Refused = ["room böb exists"], RefusedCount = 1,
        }),
        (typeof(VerifyResult), new VerifyResult
        {
            Verified = 1, Facts = ChatLimits.MaxMessageId, DifferenceCount = 2, Repaired = 1,
            Differences = [new TransferDifference("lobby", null, "count", "Wrong.", IsRepaired: true), new TransferDifference(null, "böb", "listed", "Wrong.", IsRepaired: false)],
        }),
        (typeof(MentionPage), new MentionPage { Messages = [Edited, Plain], Before = ChatLimits.MaxMessageId }),
        (typeof(IReadOnlyList<NewMessage>), new[] { new NewMessage("alice", "one"), new NewMessage("alice", "two") }),
        (typeof(MessageQuery), MessageQuery.Newest),
        (typeof(MessageQuery), new MessageQuery { Before = ChatLimits.MaxMessageId, User = "alice", Limit = ChatLimits.MaxPageSize }),
        (typeof(MessageQuery), new MessageQuery { After = 0 }),
        (typeof(MessageQuery), new MessageQuery { Around = 3 }),
        (typeof(ErasureProgress), new ErasureProgress(2, 3, 4, ChatLimits.MaxMessageId)),
        (typeof(ErasureReport), new ErasureReport { Rooms = 1, Messages = 2, Passes = 1 }),
        (typeof(ErasureReport), new ErasureReport
        {
            Alias = "erased~01",
            Rooms = 1,
            Messages = ChatLimits.MaxMessageId,
            Passes = 2,
            Findings = new ErasureFindings { Searched = 3, Remaining = [new ErasureTrace("the-key", "böb"), new ErasureTrace("the-key", null)], TextOfOthers = [] },
        }),
        (typeof(UserRecord), new UserRecord { Kind = UserRecordKind.Message, Room = "böb", MessageId = 7, Message = Edited }),
        (typeof(UserRecord), new UserRecord { Kind = UserRecordKind.Reactions, Room = "lobby", MessageId = 7, Reactions = [new Reaction("👍", 1)] }),
        (typeof(UserRecord), new UserRecord { Kind = UserRecordKind.Member, Room = "lobby", Member = Member }),
        (typeof(UserRecord), new UserRecord { Kind = UserRecordKind.Marker, Room = "lobby", Marker = Marker }),
        (typeof(UserRecord), new UserRecord { Kind = UserRecordKind.Sent, Room = "lobby", MessageId = 1, At = Edited.Timestamp, Detail = "key" }),
        (typeof(MessagePage), Page),
        (typeof(MessagePage), new MessagePage { Messages = [], Position = RoomPosition.Start }),
        (typeof(MessagePage), Page with { Reactions = new Dictionary<long, IReadOnlyList<Reaction>> { [ChatLimits.MaxMessageId] = [new("👍", 2, Own: 1)] } }),
        (typeof(MessagePage), Page with { Parents = new Dictionary<long, ReplyParent> { [1] = new() { Message = Plain }, [ChatLimits.MaxMessageId] = new() { IsDeleted = true } } }),
        (typeof(MessagePage), Page with
        {
            Tombstones =
            [
                new Tombstone { FirstId = 2, LastId = 3, DeletedAt = Edited.Timestamp, User = "mod", Reason = "spam" },
                new Tombstone { FirstId = 7, LastId = ChatLimits.MaxMessageId },
            ],
        }),
        (typeof(IReadOnlyList<MessageVersion>), new[]
        {
            new MessageVersion { Version = 1, Text = "helo", WrittenAt = Edited.Timestamp },
            new MessageVersion { Version = 2, Text = "hello", WrittenAt = Edited.Timestamp, Metadata = new Dictionary<string, string> { ["a"] = "b" } },
        }),
        (typeof(IReadOnlyList<ScheduledMessage>), new[]
        {
            new ScheduledMessage { Id = "0af7651916cd43dd8448eb211c80319c", Room = "lobby", Message = new NewMessage("alice", "later"), SendAt = Edited.Timestamp, Failure = "no" },
        }),
        (typeof(ReactionUsers), new ReactionUsers { Users = ["alice", "bob"], Cursor = "more" }),
        (typeof(IReadOnlyList<Pin>), new[] { new Pin { MessageId = 7, By = "olga", PinnedAt = Edited.Timestamp, Message = Edited }, new Pin { MessageId = 1, PinnedAt = Plain.Timestamp } }),
        (typeof(DeletionProgress), new DeletionProgress(1, 2, ChatLimits.MaxMessageId)),
        (typeof(RoomAbout), About),
        (typeof(RoomAbout), RoomAbout.None),
        (typeof(RoomInfo), Info),
        (typeof(IReadOnlyList<RoomInfo>), new[] { Info, new RoomInfo { Id = "never", IsBeingDeleted = true } }),
        (typeof(RoomPage), new RoomPage { Rooms = [Info], BeingDeleted = ["gone"], Cursor = "n41" }),
        (typeof(RoomCreation), new RoomCreation(About, IsNew: true)),
        (typeof(RoomDeletion), new RoomDeletion(1, ChatLimits.MaxMessageId)),
        (typeof(PresentUsers), new PresentUsers { Users = ["alice", "bob"], Count = ChatLimits.MaxMessageId, Cursor = "bob" }),
        (typeof(ReadMarkerPage), new ReadMarkerPage { Markers = [Marker], Cursor = "17" }),
        (typeof(InboxPage), new InboxPage { Rooms = [Entry, new InboxRoom { Room = "empty", Member = Member }], Cursor = "17.lobby" }),
        (typeof(InboxChange), new InboxChange("lobby", Entry)),
        (typeof(InboxChange), new InboxChange("lobby", null)),
        (typeof(Draft), new Draft { Room = "lobby", Text = "Dear \"Bob\"", SavedAt = Plain.Timestamp, Metadata = new Dictionary<string, string> { ["replyTo"] = "17" } }),
        (typeof(IReadOnlyList<Draft>), new[] { new Draft { Room = "lobby", Text = "Hi", SavedAt = Plain.Timestamp } }),
        (typeof(DraftChange), new DraftChange("lobby", new Draft { Room = "lobby", Text = "Hi", SavedAt = Plain.Timestamp })),
        (typeof(DraftChange), new DraftChange("lobby", null)),
        (typeof(IReadOnlyList<UserRoom>), new[]
        {
            new UserRoom { Room = "lobby", Member = Member, MayRead = true, Position = Position, Marker = Marker, Unread = new(99, true), LastMessage = Edited, LastActivity = Edited.Timestamp },
            new UserRoom { Room = "empty", MayRead = true },
        }),
        (typeof(MessageReceipt), new MessageReceipt { Id = ChatLimits.MaxMessageId, Timestamp = Edited.Timestamp, Position = Position, IsDuplicate = true }),
        (typeof(IReadOnlyList<MessageReceipt>), new[] { new MessageReceipt { Id = 1, Timestamp = Plain.Timestamp, Position = Position } }),
        (typeof(RoomChanges), new RoomChanges { Events = Events, Position = Position, HasMore = true }),
        .. Events.Select(happened => (typeof(RoomEvent), (object)happened)),
        (typeof(WatchedRoomEvent), new WatchedRoomEvent("lobby", Events[0])),
        (typeof(ChatHealth), new ChatHealth(new(true, TimeSpan.FromTicks(12_345)), new(false, TimeSpan.FromSeconds(2), "There was no answer."), new(true, default))),
        (typeof(ServerInspection), new ServerInspection(
            [new InspectedServer("localhost:6379", ServerRole.Primary, "Redis 7.0.15"), new InspectedServer("localhost:6380", ServerRole.Unknown, null)],
            [
                new ServerFinding(ServerFindingSeverity.Problem, ServerFindingCodes.NoPersistence, "what", "why")
                {
                    Server = "localhost:6379", Command = "CONFIG SET appendonly yes", Setting = "appendonly yes", Advice = "advice",
                },
                new ServerFinding(ServerFindingSeverity.Warning, "code", "what", "why"),
            ])),
    ];

    /// <summary>The two ways to serialize: with the library's context, and without any options.</summary>
    public static IReadOnlyList<JsonSerializerOptions> Ways => [ChatJsonContext.Default.Options, JsonSerializerOptions.Default];
}
