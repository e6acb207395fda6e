namespace RedisChat.Conformance;

/// <summary>Who may mention whom: checked in the same step as the write, and of an edit, only what it adds.</summary>
/// <param name="stores">Opens the store under test.</param>
public abstract class MentionGuardTests(StoreFactory stores) : StoreTests(stores)
{
    private static readonly Actor App = Actor.Application;

    private readonly string _ann = InboxTests.NewUser();
    private readonly string _bob = InboxTests.NewUser();

    private Chat Chat => new(Store);

    private ChatRoom Target => Chat.Room(Room);

    /// <summary>Runs a test. A store without mentions overrides it, and asserts that the test ends with a <see cref="NotSupportedException"/>.</summary>
    /// <param name="test">The test.</param>
    protected virtual Task RunAsync(Func<Task> test) => test();

    [Fact]
    public Task Only_those_who_may_read_can_be_mentioned() => RunAsync(async () =>
    {
        await CloseAsync();
        await Target.Members.SetRoleAsync(_ann, RoomRole.Member, App, cancellationToken: Cancelled);

        await RefusedAsync(ForbiddenReason.MentionedOutsider, () => SendAsync(_ann, Mention.User(_bob)));
        await RefusedAsync(ForbiddenReason.MentionedOutsider, () => Target.SendManyAsync([new(_ann, "one"), new(_ann, "two") { Mentions = [Mention.User(_bob)] }], Cancelled));
        (await ReadAsync()).Messages.Should().BeEmpty("a send is refused as a whole");
        (await Target.Mentions.ListAsync(_ann, cancellationToken: Cancelled)).Messages.Should().BeEmpty();

        await Target.Members.SetRoleAsync(_bob, RoomRole.Reader, App, cancellationToken: Cancelled);
        (await SendAsync(_ann, Mention.User(_bob), Mention.Role(RoomRole.Moderator))).Id.Should().Be(1);
        (await Target.ReadMarkers.GetUnreadMentionsAsync(_bob, Cancelled)).Should().Be(1);
    });

    [Fact]
    public Task A_banned_user_cannot_be_mentioned_and_the_refusal_does_not_say_why() => RunAsync(async () =>
    {
        await Target.Members.SetRoleAsync(_ann, RoomRole.Member, App, cancellationToken: Cancelled);
        await Target.Members.BanAsync(_bob, App, TimeSpan.FromHours(1), reason: "spam", cancellationToken: Cancelled);
        var banned = await RefusedAsync(ForbiddenReason.MentionedOutsider, () => SendAsync(_ann, Mention.User(_bob)));
        await Target.Members.UnbanAsync(_bob, App, cancellationToken: Cancelled);
        (await SendAsync(_ann, Mention.User(_bob))).Id.Should().Be(1);

        await CloseAsync();
        var outside = await RefusedAsync(ForbiddenReason.MentionedOutsider, () => SendAsync(_ann, Mention.User(_bob)));

        outside.Message.Should().Be(banned.Message).And.NotContain(_bob);
        (banned.RetryAfter, outside.RetryAfter).Should().Be((null, null));
    });

    [Fact]
    public Task Nobody_learns_of_a_room_that_they_may_not_read() => RunAsync(async () =>
    {
        await SendAsync("carol", Mention.User(_ann));
        await Target.SendAsync(new NewMessage("carol", "all") { IsFromApplication = true, Mentions = [Mention.Everyone] }, Cancelled);
        (await Target.ReadMarkers.GetUnreadMentionsAsync(_ann, Cancelled)).Should().Be(2);

        await CloseAsync();
        await Target.SendAsync(new NewMessage("carol", "ann") { IsFromApplication = true, Mentions = [Mention.User(_ann)] }, Cancelled);

        (await Target.ReadMarkers.GetUnreadMentionsAsync(_ann, Cancelled)).Should().Be(0);
        await RefusedAsync(ForbiddenReason.NotMember, () => Target.Mentions.ListAsync(_ann, cancellationToken: Cancelled));
    });

    [Fact]
    public Task Mentioning_everyone_takes_the_right() => RunAsync(async () =>
    {
        await Target.Members.SetRoleAsync(_ann, RoomRole.Member, App, cancellationToken: Cancelled);
        await Target.Members.SetRoleAsync(_bob, RoomRole.Moderator, App, cancellationToken: Cancelled);
        await Target.Members.SetRoleAsync("olga", RoomRole.Owner, App, cancellationToken: Cancelled);

        (await RefusedAsync(ForbiddenReason.NotPermitted, () => SendAsync(_ann, Mention.Everyone))).Message.Should().Contain("MentionEveryone");
        await RefusedAsync(ForbiddenReason.NotMember, () => SendAsync("dan", Mention.Everyone));
        (await SendAsync(_bob, Mention.Everyone)).Id.Should().Be(1);
        (await SendAsync("olga", Mention.Everyone)).Id.Should().Be(2);
        (await Target.ReadMarkers.GetUnreadMentionsAsync(_ann, Cancelled)).Should().Be(2);

        await Target.Rules.ChangeAsync(App, rules => rules with { Everyone = rules.Everyone | RoomRights.MentionEveryone }, Cancelled);
        (await SendAsync("dan", Mention.Everyone)).Id.Should().Be(3);
    });

    [Fact]
    public Task In_a_room_without_rules_anyone_can_be_mentioned_but_everyone_only_by_the_application() => RunAsync(async () =>
    {
        await SendAsync("carol", Mention.User(_ann), Mention.Role(RoomRole.Owner));
        await RefusedAsync(ForbiddenReason.NotMember, () => SendAsync("carol", Mention.Everyone));
        await RefusedAsync(ForbiddenReason.NotMember, () => Target.EditAsync(1, "carol", new MessageEdit("all") { Mentions = [Mention.Everyone] }, Cancelled));
        await Target.SendAsync(new NewMessage("carol", "all") { IsFromApplication = true, Mentions = [Mention.Everyone] }, Cancelled);

        (await Target.ReadMarkers.GetUnreadMentionsAsync(_ann, Cancelled)).Should().Be(2);
        (await ReadAsync()).Messages.Should().HaveCount(2);
    });

    [Fact]
    public Task The_application_may_mention_anyone() => RunAsync(async () =>
    {
        await CloseAsync();

        await Target.SendAsync(new NewMessage("carol", "all") { IsFromApplication = true, Mentions = [Mention.Everyone, Mention.User(_ann)] }, Cancelled);
        await Target.EditAsync(1, App, new MessageEdit("bob") { Mentions = [Mention.Everyone, Mention.User(_bob)] }, Cancelled);

        (await Target.GetAsync(1, Cancelled))!.Mentions.Should().Equal(Mention.Everyone, Mention.User(_bob));
    });

    [Fact]
    public Task Of_an_edit_only_what_it_adds_is_checked() => RunAsync(async () =>
    {
        await Target.Members.SetRoleAsync(_ann, RoomRole.Member, App, cancellationToken: Cancelled);
        await Target.Members.SetRoleAsync(_bob, RoomRole.Member, App, cancellationToken: Cancelled);
        await Target.SendAsync(new NewMessage(_ann, "bob") { IsFromApplication = true, Mentions = [Mention.User(_bob), Mention.Everyone] }, Cancelled);
        await CloseAsync();
        await Target.Members.LeaveAsync(_bob, Cancelled);

        (await Target.EditAsync(1, _ann, new MessageEdit("bob left") { Mentions = [Mention.User(_bob), Mention.Everyone] }, Cancelled))!.Version.Should().Be(2);
        (await Target.EditAsync(1, _ann, "bob has left", Cancelled))!.Version.Should().Be(3);
        await RefusedAsync(ForbiddenReason.MentionedOutsider, () => Target.EditAsync(1, _ann, new MessageEdit("x") { Mentions = [Mention.User(_bob), Mention.User("dan")] }, Cancelled));
        (await Target.EditAsync(1, _ann, new MessageEdit("nobody") { Mentions = [] }, Cancelled))!.Mentions.Should().BeEmpty();
        await RefusedAsync(ForbiddenReason.MentionedOutsider, () => Target.EditAsync(1, _ann, new MessageEdit("bob") { Mentions = [Mention.User(_bob)] }, Cancelled));
        (await RefusedAsync(ForbiddenReason.NotPermitted, () => Target.EditAsync(1, _ann, new MessageEdit("all") { Mentions = [Mention.Everyone] }, Cancelled)))
            .Message.Should().Contain("MentionEveryone");
        (await Target.EditAsync(1, _ann, new MessageEdit("me") { Mentions = [Mention.User(_ann)] }, Cancelled))!.Version.Should().Be(5);
    });

    [Fact]
    public Task A_send_that_was_stored_is_recognized_whoever_may_be_mentioned_now() => RunAsync(async () =>
    {
        await Target.Members.SetRoleAsync(_ann, RoomRole.Moderator, App, cancellationToken: Cancelled);
        await Target.Members.SetRoleAsync(_bob, RoomRole.Member, App, cancellationToken: Cancelled);
        var message = new NewMessage(_ann, "bob") { IdempotencyKey = "key", Mentions = [Mention.User(_bob), Mention.Everyone] };
        await Target.SendAsync(message, Cancelled);
        await CloseAsync();
        await Target.Members.LeaveAsync(_bob, Cancelled);
        await Target.Members.SetRoleAsync(_ann, RoomRole.Member, App, cancellationToken: Cancelled);

        var again = await Target.SendAsync(message, Cancelled);

        (again.Id, again.IsDuplicate).Should().Be((1, true));
    });

    [Fact]
    public Task Another_process_that_does_not_know_of_the_rules_yet_is_refused_too() => RunAsync(async () =>
    {
        var other = new Chat(OpenStore()).Room(Room);
        var sent = await other.SendAsync(_ann, "mine", Cancelled);
        await CloseAsync();
        await Target.Members.SetRoleAsync(_ann, RoomRole.Member, App, cancellationToken: Cancelled);

        await RefusedAsync(ForbiddenReason.MentionedOutsider, () => other.EditAsync(sent.Id, _ann, new MessageEdit("bob") { Mentions = [Mention.User(_bob)] }, Cancelled));
        other = new Chat(OpenStore()).Room(Room);
        await RefusedAsync(ForbiddenReason.MentionedOutsider, () => other.SendAsync(new NewMessage(_ann, "bob") { Mentions = [Mention.User(_bob)] }, Cancelled));
    });

    [Fact]
    public Task A_refused_mention_does_not_use_up_the_allowance_to_send() => RunAsync(async () =>
    {
        await Target.Rules.ChangeAsync(App, rules => rules with { Everyone = RoomRights.None, SlowMode = TimeSpan.FromMinutes(10) }, Cancelled);
        await Target.Members.SetRoleAsync(_ann, RoomRole.Member, App, cancellationToken: Cancelled);

        await RefusedAsync(ForbiddenReason.MentionedOutsider, () => SendAsync(_ann, Mention.User(_bob)));
        (await SendAsync(_ann)).Id.Should().Be(1);
    });

    private Task<RuleSet> CloseAsync() => Target.Rules.ChangeAsync(App, rules => rules with { Everyone = RoomRights.None }, Cancelled);

    private Task<MessageReceipt> SendAsync(string user, params Mention[] mentions) => Target.SendAsync(new NewMessage(user, "hello") { Mentions = [.. mentions] }, Cancelled);

    private async Task<ChatForbiddenException> RefusedAsync(ForbiddenReason reason, Func<Task> call)
    {
        var refused = await Assert.ThrowsAsync<ChatForbiddenException>(call);
        (refused.Reason, refused.Room).Should().Be((reason, Room));
        return refused;
    }
}
