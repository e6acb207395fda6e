using Microsoft.AspNetCore.SignalR;
using Microsoft.AspNetCore.SignalR.Client;
using RedisChat.AspNetCore;
using RedisChat.IntegrationTests;

namespace RedisChat.Web.Tests;

/// <summary>The methods of the hub.</summary>
public sealed class HubMethodTests(TestServer server) : HubTestBase(server)
{
    [Fact]
    public async Task The_hub_offers_what_the_endpoints_offer()
    {
        var (alice, bob) = (await ConnectAsync(Node, "alice"), await ConnectAsync(Node, "bob"));
        var room = $"room-{Prefix}";
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
    public async Task An_error_names_its_code_and_what_is_allowed()
    {
        var alice = await ConnectAsync(Node, "alice");

        var open = () => alice.Connection.InvokeAsync("Open", new OpenRoomRequest(""), Limit.Token);

        (await open.Should().ThrowAsync<HubException>()).WithMessage("*invalid: *");
    }
}
