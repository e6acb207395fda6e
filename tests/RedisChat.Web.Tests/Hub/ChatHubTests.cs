using System.Net;
using Microsoft.AspNetCore.SignalR;
using Microsoft.AspNetCore.SignalR.Client;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using RedisChat.AspNetCore;
using RedisChat.IntegrationTests;

namespace RedisChat.Web.Tests;

public sealed class ChatHubTests(TestServer server) : IAsyncLifetime
{
    private readonly string _prefix = $"test-{Guid.NewGuid():N}";
    private readonly Stack<IAsyncDisposable> _owned = new();
    private WebNode _node = null!;

    public async ValueTask InitializeAsync() => _node = await StartAsync();

    public async ValueTask DisposeAsync()
    {
        while (_owned.TryPop(out var owned))
        {
            await owned.DisposeAsync();
        }
    }

    [Fact]
    public async Task One_connection_carries_all_rooms_and_needs_no_backplane()
    {
        var alice = await ConnectAsync(_node, "alice");
        var bob = await ConnectAsync(await StartAsync(), "bob");
        foreach (var room in new[] { "a", "b" })
        {
            await alice.Connection.InvokeAsync("Open", new OpenRoomRequest(room), Limit.Token);
            await bob.Connection.InvokeAsync("Open", new OpenRoomRequest(room), Limit.Token);
            await alice.ReadEventAsync<RoomEvent.CaughtUp>(room);
            await bob.ReadEventAsync<RoomEvent.CaughtUp>(room);
        }

        await _node.Chat.SendAsync("a", "carol", "to a");
        await _node.Chat.SendAsync("b", "carol", "to b");

        foreach (var client in new[] { alice, bob })
        {
            // Rooms have no order among each other.
            WatchedRoomEvent[] received = [await client.ReadAsync<WatchedRoomEvent>(), await client.ReadAsync<WatchedRoomEvent>()];
            received.Select(happened => (happened.Room, ((RoomEvent.Created)happened.Event).Message.Text)).Should().BeEquivalentTo([("a", "to a"), ("b", "to b")]);
        }
    }

    [Fact]
    public async Task A_client_continues_at_another_node_from_its_position()
    {
        var first = await ConnectAsync(_node, "alice");
        await first.Connection.InvokeAsync("Open", new OpenRoomRequest("lobby"), Limit.Token);
        await first.ReadEventAsync<RoomEvent.CaughtUp>("lobby");
        await _node.Chat.SendAsync("lobby", "bob", "1");
        var seen = (await first.ReadEventAsync<RoomEvent.Created>("lobby")).Position;
        await first.DisposeAsync();
        await _node.Chat.SendAsync("lobby", "bob", "2");
        await _node.Chat.SendAsync("lobby", "bob", "3");

        var second = await ConnectAsync(await StartAsync(), "alice");
        await second.Connection.InvokeAsync("Open", new OpenRoomRequest("lobby", seen.ToString()), Limit.Token);

        (await second.ReadEventAsync<RoomEvent.Created>("lobby")).Message.Text.Should().Be("2");
        (await second.ReadEventAsync<RoomEvent.Created>("lobby")).Message.Text.Should().Be("3");
    }

    [Fact]
    public async Task Replies_work_like_at_the_endpoints_with_both_protocols()
    {
        await _node.Chat.SendAsync("lobby", "bob", "question");
        var json = (await ConnectAsync(_node, "alice")).Connection;
        var packed = new HubConnectionBuilder()
            .WithUrl(new Uri(_node.Address, "hub"), options => options.Headers[HeaderAuthentication.Header] = "carol")
            .AddMessagePackProtocol()
            .Build();
        _owned.Push(packed);
        await packed.StartAsync(Limit.Token);

        var first = await json.InvokeAsync<MessageReceipt>("Send", "lobby", new SendRequest { Text = "answer", ReplyTo = 1 }, Limit.Token);
        await packed.InvokeAsync<Dictionary<string, object>>("Send", "lobby", new Dictionary<string, object?> { ["text"] = "another", ["replyTo"] = first.Id }, Limit.Token);
        foreach (var connection in new[] { json, packed })
        {
            var refused = await Assert.ThrowsAsync<HubException>(
                () => connection.InvokeAsync<object>("Send", "lobby", new Dictionary<string, object?> { ["text"] = "answer", ["replyTo"] = 100 }, Limit.Token));
            refused.Message.Should().Contain("parent-not-found: The message that is replied to does not exist.");
        }

        var page = await json.InvokeAsync<MessagePage>("GetMessages", "lobby", new PageRequest { Limit = 1 }, Limit.Token);
        page.Parents[2].Message!.ReplyTo.Should().Be(1);
        var map = await packed.InvokeAsync<Dictionary<string, object>>("GetMessages", "lobby", new Dictionary<string, object?> { ["limit"] = 1 }, Limit.Token);
        var parent = (Dictionary<object, object>)((Dictionary<object, object>)map["parents"])["2"];
        ((Dictionary<object, object>)parent["message"])["text"].Should().Be("answer");
        parent["isDeleted"].Should().Be(false);
    }

    [Fact]
    public async Task A_closed_room_sends_no_more()
    {
        var alice = await ConnectAsync(_node, "alice");
        foreach (var room in new[] { "a", "b" })
        {
            await alice.Connection.InvokeAsync("Open", new OpenRoomRequest(room), Limit.Token);
            await alice.ReadEventAsync<RoomEvent.CaughtUp>(room);
        }

        await alice.Connection.InvokeAsync("Close", "a", Limit.Token);
        await _node.Chat.SendAsync("a", "bob", "not for alice");
        await _node.Chat.SendAsync("b", "bob", "for alice");

        (await alice.ReadAsync<WatchedRoomEvent>()).Room.Should().Be("b");
    }

    [Fact]
    public async Task With_MessagePack_events_have_the_same_names_and_values()
    {
        var connection = new HubConnectionBuilder()
            .WithUrl(new Uri(_node.Address, "hub"), options => options.Headers[HeaderAuthentication.Header] = "alice")
            .AddMessagePackProtocol()
            .Build();
        _owned.Push(connection);
        var received = System.Threading.Channels.Channel.CreateUnbounded<Dictionary<string, object>>();
        connection.On<Dictionary<string, object>>("Event", happened => received.Writer.TryWrite(happened));
        await connection.StartAsync(Limit.Token);
        await connection.InvokeAsync("Open", new Dictionary<string, object?> { ["room"] = "lobby" }, Limit.Token);
        await received.Reader.ReadAsync(Limit.Token);

        var sent = await connection.InvokeAsync<Dictionary<string, object>>("Send", "lobby", new Dictionary<string, object?> { ["text"] = "hello 👍" }, Limit.Token);

        var happened = await received.Reader.ReadAsync(Limit.Token);
        happened["room"].Should().Be("lobby");
        var properties = (Dictionary<object, object>)happened["event"];
        properties["kind"].Should().Be("created");
        properties["position"].Should().Be(sent["position"]);
        var message = (Dictionary<object, object>)properties["message"];
        message["text"].Should().Be("hello 👍");
        message["id"].Should().Be(sent["id"]);
        var page = await connection.InvokeAsync<Dictionary<string, object>>("GetMessages", "lobby", new Dictionary<string, object?> { ["limit"] = 10 }, Limit.Token);
        page["position"].Should().Be(sent["position"]);
        ((object[])page["messages"]).Should().ContainSingle();
        (await connection.InvokeAsync<string>("GetRights", "lobby", Limit.Token)).Should().Contain("Send");
    }

    [Fact]
    public async Task With_MessagePack_the_inbox_and_drafts_have_the_names_and_values_of_the_JSON()
    {
        await _node.Chat.Room("lobby").Members.JoinAsync("alice");
        var saved = await _node.Chat.User("alice").Drafts.SaveAsync("lobby", "Dear");
        var connection = new HubConnectionBuilder()
            .WithUrl(new Uri(_node.Address, "hub"), options => options.Headers[HeaderAuthentication.Header] = "alice")
            .AddMessagePackProtocol()
            .Build();
        _owned.Push(connection);
        var received = System.Threading.Channels.Channel.CreateUnbounded<Dictionary<string, object>>();
        connection.On<Dictionary<string, object>>("Inbox", change => received.Writer.TryWrite(change));
        connection.On<Dictionary<string, object>>("Draft", change => received.Writer.TryWrite(change));
        await connection.StartAsync(Limit.Token);

        await connection.InvokeAsync("OpenInbox", Limit.Token);
        var inbox = await received.Reader.ReadAsync(Limit.Token);
        inbox["room"].Should().Be("lobby");
        ((Dictionary<object, object>)inbox["now"])["isMuted"].Should().Be(false);
        await connection.InvokeAsync("CloseInbox", Limit.Token);

        await connection.InvokeAsync("OpenDrafts", Limit.Token);
        var draft = (Dictionary<object, object>)(await received.Reader.ReadAsync(Limit.Token))["now"];
        draft["text"].Should().Be("Dear");
        DateTimeOffset.Parse((string)draft["savedAt"], System.Globalization.CultureInfo.InvariantCulture).Should().Be(saved.SavedAt);
    }

    [Fact]
    public async Task The_hub_offers_what_the_endpoints_offer()
    {
        var (alice, bob) = (await ConnectAsync(_node, "alice"), await ConnectAsync(_node, "bob"));
        var room = $"room-{_prefix}";
        (await CallAsync<RoomCreation>(alice, "CreateRoom", new CreateRoomRequest { Room = room, About = new AboutRequest { Name = "The room" } })).IsNew.Should().BeTrue();
        var sent = await CallAsync<MessageReceipt>(alice, "Send", room, new SendRequest { Text = "hello", IdempotencyKey = "k" });
        (await CallAsync<MessageReceipt>(alice, "Send", room, new SendRequest { Text = "hello", IdempotencyKey = "k" })).IsDuplicate.Should().BeTrue();
        (await CallAsync<Message>(alice, "Edit", room, sent.Id, new EditRequest { Text = "hello again" })).Text.Should().Be("hello again");
        (await CallAsync<IReadOnlyList<MessageVersion>>(alice, "GetVersions", room, sent.Id)).Should().BeEmpty("none are kept by default");
        (await CallAsync<Message>(bob, "GetMessage", room, sent.Id)).Text.Should().Be("hello again");
        (await CallAsync<IReadOnlyList<Reaction>>(bob, "React", room, sent.Id, "👍")).Should().ContainSingle().Which.Count.Should().Be(1);
        (await CallAsync<ReactionUsers>(bob, "GetReactionUsers", room, sent.Id, "👍", null)).Users.Should().Equal("bob");
        (await CallAsync<IReadOnlyList<Reaction>>(bob, "Unreact", room, sent.Id, "👍")).Should().BeEmpty();
        var spam = await CallAsync<MessageReceipt>(alice, "Send", room, new SendRequest { Text = "spam" });
        (await CallAsync<DeletionProgress>(alice, "DeleteMany", room, new DeletionRequest { Ids = [spam.Id], Reason = "spam" })).Deleted.Should().Be(1);
        var later = await CallAsync<ScheduledMessage>(alice, "Schedule", room, new ScheduleRequest { Text = "later", SendAt = DateTimeOffset.UtcNow.AddDays(1) });
        (await CallAsync<ScheduledMessage>(alice, "ChangeScheduled", room, later.Id, new RescheduleRequest { Text = "Later" })).Message.Text.Should().Be("Later");
        (await CallAsync<IReadOnlyList<ScheduledMessage>>(alice, "GetScheduled", room)).Should().ContainSingle().Which.Id.Should().Be(later.Id);
        (await CallAsync<bool>(bob, "CancelScheduled", room, later.Id)).Should().BeFalse();
        (await CallAsync<bool>(alice, "CancelScheduled", room, later.Id)).Should().BeTrue();
        (await CallAsync<bool>(alice, "Pin", room, sent.Id)).Should().BeTrue();
        (await CallAsync<IReadOnlyList<Pin>>(bob, "GetPins", room)).Should().ContainSingle().Which.By.Should().Be("alice");
        await alice.Connection.InvokeAsync("Unpin", room, sent.Id, Limit.Token);
        (await CallAsync<IReadOnlyList<Pin>>(bob, "GetPins", room)).Should().BeEmpty();
        var picture = new AttachmentRequest { Kind = "image", Name = "a.png", MediaType = "image/png", Size = 7, Address = "files/1", Preview = new AttachmentPreviewRequest { Width = 3, Height = 4 } };
        var attached = await CallAsync<MessageReceipt>(alice, "Send", room, new SendRequest { Text = "", Attachments = [picture] });
        (await CallAsync<Message>(alice, "Edit", room, attached.Id, new EditRequest { Text = "look" })).Attachments.Should().ContainSingle().Which.Preview!.Width.Should().Be(3);
        (await CallAsync<bool>(alice, "Delete", room, attached.Id, null)).Should().BeTrue();
        var mention = await CallAsync<MessageReceipt>(alice, "Send", room, new SendRequest { Text = "@bob", Mentions = ["@bob", "*"] });
        (await CallAsync<MentionPage>(bob, "GetMentions", room, null)).Messages.Should().ContainSingle().Which.Mentions.Should().Equal(Mention.Everyone, Mention.User("bob"));
        (await CallAsync<Message>(alice, "Edit", room, mention.Id, new EditRequest { Text = "nobody", Mentions = [] })).Mentions.Should().BeEmpty();
        (await CallAsync<MentionPage>(bob, "GetMentions", room, null)).Messages.Should().BeEmpty();
        (await CallAsync<RoomMember>(bob, "Join", room)).IsMember.Should().BeTrue();
        sent = await CallAsync<MessageReceipt>(alice, "Send", room, new SendRequest { Text = "after bob has joined" });
        (await CallAsync<UnreadCount>(bob, "GetUnread", room)).Count.Should().Be(1);
        (await CallAsync<ReadMarker>(bob, "MarkRead", room, sent.Id)).MessageId.Should().Be(sent.Id);
        (await CallAsync<ReadMarkerPage>(alice, "GetReadMarkers", room, sent.Id, null)).Markers.Should().Contain(marker => marker.User == "bob");
        (await CallAsync<ReadMarker>(bob, "MarkUnread", room, sent.Id)).MessageId.Should().Be(sent.Id - 1);
        (await CallAsync<InboxPage>(bob, "GetInbox", null, false)).Rooms.Should().ContainSingle().Which.Room.Should().Be(room);
        (await CallAsync<bool>(bob, "SetMuted", room, true)).Should().BeTrue();
        (await CallAsync<bool>(bob, "SetHidden", room, true)).Should().BeTrue();
        (await CallAsync<Draft>(bob, "SaveDraft", room, new DraftRequest { Text = "Dear Alice" })).Text.Should().Be("Dear Alice");
        (await CallAsync<Draft>(bob, "GetDraft", room)).Text.Should().Be("Dear Alice");
        (await CallAsync<IReadOnlyList<Draft>>(bob, "GetDrafts")).Should().ContainSingle().Which.Room.Should().Be(room);
        (await CallAsync<bool>(bob, "DiscardDraft", room)).Should().BeTrue();
        (await CallAsync<MemberPage>(alice, "GetMembers", room, "members", null)).Members.Select(member => member.User).Should().BeEquivalentTo("alice", "bob");
        (await CallAsync<RoomMember>(alice, "SetRole", room, "bob", new RoleRequest { Role = RoomRole.Moderator })).Role.Should().Be(RoomRole.Moderator);
        (await CallAsync<RoomMember>(alice, "Mute", room, "bob", new RestrictionRequest { Seconds = 60, Reason = "loud" })).Mute!.Reason.Should().Be("loud");
        (await CallAsync<RoomMember>(alice, "Unmute", room, "bob", null)).Mute.Should().BeNull();
        (await CallAsync<RoomMember>(alice, "GetMember", room, "bob")).Role.Should().Be(RoomRole.Moderator);
        (await CallAsync<RoomMember>(alice, "Ban", room, "bob", new RestrictionRequest())).Ban.Should().NotBeNull();
        (await CallAsync<RoomMember>(alice, "Unban", room, "bob", null)).Ban.Should().BeNull();
        (await CallAsync<RoomMember>(alice, "Invite", room, "carol", new InviteRequest())).Invitation.Should().NotBeNull();
        (await CallAsync<RoomMember>(alice, "Remove", room, "carol", null)).Invitation.Should().BeNull();
        (await CallAsync<PresentUsers>(alice, "GetPresent", room, null)).Users.Should().BeEmpty();
        (await CallAsync<bool>(alice, "Typing", room)).Should().BeTrue();
        (await CallAsync<RoomInfo>(alice, "ChangeRoom", room, new ChangeRoomRequest { Topic = "topic" })).About!.Topic.Should().Be("topic");
        (await CallAsync<RuleSet>(alice, "SetRules", room, new RulesRequest { SlowMode = TimeSpan.FromSeconds(1) })).SlowMode.Should().Be(TimeSpan.FromSeconds(1));
        (await CallAsync<RuleSet>(alice, "GetRules", room)).SlowMode.Should().Be(TimeSpan.FromSeconds(1));
        (await CallAsync<RoomPage>(alice, "GetRooms", "activity", null)).Rooms.Should().Contain(listed => listed.Id == room);
        (await CallAsync<bool>(alice, "Delete", room, sent.Id, "typo")).Should().BeTrue();
        (await CallAsync<string>(alice, "OpenDirect", "bob")).Should().StartWith("direct~");
        (await CallAsync<RoomDeletion>(alice, "DeleteRoom", room)).Existed.Should().BeTrue();
        (await CallAsync<RoomInfo>(alice, "GetRoom", room)).Exists.Should().BeFalse();
        (await CallAsync<RoomMember>(bob, "Leave", room)).IsMember.Should().BeFalse();
        await CallAsync<int?>(alice, "CloseInbox");
        await CallAsync<int?>(alice, "CloseDrafts");

        Task<T> CallAsync<T>(HubClient client, string method, params object?[] arguments) => client.Connection.InvokeCoreAsync<T>(method, arguments, Limit.Token);
    }

    [Fact]
    public async Task An_action_that_is_not_allowed_says_why()
    {
        var eve = await ConnectAsync(_node, "eve");
        await _node.Chat.Room("lobby").Members.BanAsync("eve", Actor.Application);

        var send = () => eve.Connection.InvokeAsync<MessageReceipt>("Send", "lobby", new SendRequest { Text = "hi" }, Limit.Token);

        (await send.Should().ThrowAsync<HubException>()).WithMessage("*forbidden/banned: The user is banned from this room.*");
    }

    [Fact]
    public async Task After_a_short_break_of_the_network_nothing_is_lost_or_doubled()
    {
        await using var proxy = new FaultProxy(_node.Address.Port);
        var alice = await ConnectAsync(_node, "alice", new UriBuilder(_node.Address) { Port = proxy.Port }.Uri, builder => builder.WithStatefulReconnect());
        await alice.Connection.InvokeAsync("Open", new OpenRoomRequest("lobby"), Limit.Token);
        await alice.ReadEventAsync<RoomEvent.CaughtUp>("lobby");
        await _node.Chat.SendAsync("lobby", "bob", "0");
        await alice.ReadEventAsync<RoomEvent.Created>("lobby");

        proxy.Cut();
        for (var i = 1; i <= 20; i++)
        {
            await _node.Chat.SendAsync("lobby", "bob", $"{i}");
        }

        for (var i = 1; i <= 20; i++)
        {
            (await alice.ReadEventAsync<RoomEvent.Created>("lobby")).Message.Text.Should().Be($"{i}");
        }
    }

    [Fact]
    public async Task The_inbox_comes_over_the_same_connection()
    {
        await _node.Chat.Room("lobby").Members.JoinAsync("alice");
        var alice = await ConnectAsync(_node, "alice");
        await alice.Connection.InvokeAsync("OpenInbox", Limit.Token);
        await alice.ReadAsync<InboxChange>(change => change.Room == "lobby");

        await _node.Chat.SendAsync("lobby", "bob", "hello");

        await alice.ReadAsync<InboxChange>(change => change.Now!.Unread.Count == 1);
    }

    [Fact]
    public async Task Drafts_come_over_the_same_connection_until_they_are_closed()
    {
        var alice = await ConnectAsync(_node, "alice");
        await alice.Connection.InvokeAsync("OpenDrafts", Limit.Token);
        await _node.Chat.User("bob").Drafts.SaveAsync("lobby", "of bob");
        await _node.Chat.User("alice").Drafts.SaveAsync("lobby", "hello");
        (await alice.ReadAsync<DraftChange>()).Now!.Text.Should().Be("hello");
        await _node.Chat.User("alice").Drafts.DiscardAsync("lobby");
        (await alice.ReadAsync<DraftChange>()).Should().Be(new DraftChange("lobby", null));

        await alice.Connection.InvokeAsync("CloseDrafts", Limit.Token);
        await _node.Chat.User("alice").Drafts.SaveAsync("lobby", "not delivered");
        await alice.Connection.InvokeAsync("OpenDrafts", Limit.Token);
        (await alice.ReadAsync<DraftChange>()).Now!.Text.Should().Be("not delivered", "each draft comes first as it is");
        await _node.Chat.User("alice").Drafts.SaveAsync("other", "second");
        (await alice.ReadAsync<DraftChange>()).Room.Should().Be("other", "it was delivered once");
    }

    [Fact]
    public async Task A_banned_user_loses_the_room_and_a_revoked_one_the_connection()
    {
        var eve = await ConnectAsync(_node, "eve");
        foreach (var room in new[] { "a", "b" })
        {
            await eve.Connection.InvokeAsync("Open", new OpenRoomRequest(room), Limit.Token);
            await eve.ReadEventAsync<RoomEvent.CaughtUp>(room);
        }

        await _node.Chat.Room("a").Members.BanAsync("eve", Actor.Application);
        (await eve.ReadAsync<RoomFailure>()).Should().Be(new RoomFailure("a", ProblemCodes.Forbidden, 403, "banned"));

        await _node.Chat.RevokeAsync("eve");
        (await eve.ReadAsync<StreamEnd>()).Should().Be(new StreamEnd(ProblemCodes.Revoked, Retry: false));
    }

    [Fact]
    public async Task A_revoked_user_loses_a_connection_that_has_no_room_open()
    {
        var eve = await ConnectAsync(_node, "eve");
        var ended = eve.ReadAsync<StreamEnd>();

        // The connection may begin to wait for a revocation a moment later than it is open.
        while (!ended.IsCompleted)
        {
            await _node.Chat.RevokeAsync("eve");
            await Task.WhenAny(ended, Task.Delay(50, Limit.Token));
        }

        (await ended).Should().Be(new StreamEnd(ProblemCodes.Revoked, Retry: false));
    }

    [Fact]
    public async Task A_room_of_two_is_not_for_others_before_they_open_it()
    {
        var (alice, mallory) = (await ConnectAsync(_node, "alice"), await ConnectAsync(_node, "mallory"));
        var room = await alice.Connection.InvokeAsync<string>("OpenDirect", "zoe", Limit.Token);
        await _node.Chat.Rooms.DeleteAsync(room, Actor.Application);

        foreach (var method in new[] { "Join", "Typing" })
        {
            var act = () => mallory.Connection.InvokeAsync(method, room, Limit.Token);
            (await act.Should().ThrowAsync<HubException>()).WithMessage("*forbidden/access*");
        }

        (await alice.Connection.InvokeAsync<string>("OpenDirect", "zoe", Limit.Token)).Should().Be(room);
        await alice.Connection.InvokeAsync<MessageReceipt>("Send", room, new SendRequest { Text = "hello" }, Limit.Token);
    }

    [Fact]
    public async Task A_shutdown_ends_all_connections_at_once()
    {
        var alice = await ConnectAsync(_node, "alice");
        await alice.Connection.InvokeAsync("Open", new OpenRoomRequest("lobby"), Limit.Token);
        var closed = new TaskCompletionSource();
        alice.Connection.Closed += _ =>
        {
            closed.SetResult();
            return Task.CompletedTask;
        };

        // The host's own limit is 30 s.
        await _node.StopAsync().WaitAsync(TimeSpan.FromSeconds(15));

        await closed.Task.WaitAsync(Limit.Token);
    }

    [Fact]
    public async Task An_error_names_its_code_and_what_is_allowed()
    {
        var alice = await ConnectAsync(_node, "alice");

        var open = () => alice.Connection.InvokeAsync("Open", new OpenRoomRequest(""), Limit.Token);

        (await open.Should().ThrowAsync<HubException>()).WithMessage("*invalid: *");
    }

    [Theory]
    [InlineData("https://evil.example", HttpStatusCode.Forbidden)]
    [InlineData("https://app.example", HttpStatusCode.OK)]
    [InlineData(null, HttpStatusCode.OK)]
    public async Task A_page_of_another_origin_cannot_connect_with_the_users_cookies(string? origin, HttpStatusCode expected)
    {
        var node = await StartAsync(options => options.AllowedOrigins.Add("https://app.example"));
        using var request = new HttpRequestMessage(HttpMethod.Post, "hub/negotiate?negotiateVersion=1");
        if (origin is not null)
        {
            request.Headers.Add("Origin", origin);
        }

        using var answer = await node.As("alice").SendAsync(request, Limit.Token);

        answer.StatusCode.Should().Be(expected);
    }

    [Fact]
    public async Task The_limit_of_requests_refuses_no_repeated_send()
    {
        // The clock stands still, so no second token comes.
        var time = new FakeTimeProvider(DateTimeOffset.UtcNow);
        var node = await StartAsync(options => options.RequestLimit = new RequestLimit(1, 1), services => services.AddSingleton<TimeProvider>(time));
        var alice = await ConnectAsync(node, "alice");
        var message = new SendRequest { Text = "hello", IdempotencyKey = "k" };
        var stored = await alice.Connection.InvokeAsync<MessageReceipt>("Send", "lobby", message, Limit.Token);
        var repeated = new List<MessageReceipt>();
        for (var i = 0; i < 20; i++)
        {
            repeated.Add(await alice.Connection.InvokeAsync<MessageReceipt>("Send", "lobby", message, Limit.Token));
        }

        repeated.Should().OnlyContain(receipt => receipt.Id == stored.Id && receipt.IsDuplicate);
        var more = () => alice.Connection.InvokeAsync<MessageReceipt>("Send", "lobby", new SendRequest { Text = "more" }, Limit.Token);
        (await more.Should().ThrowAsync<HubException>()).WithMessage("*too-many/rate: *");
    }

    [Fact]
    public async Task Without_a_user_there_is_no_connection()
    {
        var connect = () => HubClient.ConnectAsync(_node, "");

        await connect.Should().ThrowAsync<HttpRequestException>().WithMessage("*401*");
    }

    private async Task<WebNode> StartAsync(Action<ChatWebOptions>? web = null, Action<IServiceCollection>? services = null)
    {
        services += added => added.AddSignalR().AddMessagePackProtocol();
        var node = await WebNode.StartAsync(server.Require(), _prefix, web, services: services, isCors: true);
        _owned.Push(node);
        return node;
    }

    private async Task<HubClient> ConnectAsync(WebNode node, string user, Uri? address = null, Action<IHubConnectionBuilder>? configure = null)
    {
        var client = await HubClient.ConnectAsync(node, user, address, configure);
        _owned.Push(client);
        return client;
    }
}
