using Microsoft.AspNetCore.SignalR;
using Microsoft.AspNetCore.SignalR.Client;
using Microsoft.Extensions.DependencyInjection;
using RedisChat.AspNetCore;
using RedisChat.IntegrationTests;

namespace RedisChat.Web.Tests;

/// <summary>Clients that speak MessagePack: everything has the names and values of the JSON.</summary>
public sealed class MessagePackHubTests(TestServer server) : HubTestBase(server)
{
    [Fact]
    public async Task Replies_work_like_at_the_endpoints_with_both_protocols()
    {
        await Node.Chat.SendAsync("lobby", "bob", "question");
        var json = (await ConnectAsync(Node, "alice")).Connection;
        var packed = Packed("carol");
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
    public async Task With_MessagePack_events_have_the_same_names_and_values()
    {
        var connection = Packed("alice");
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
        await Node.Chat.Room("lobby").Members.JoinAsync("alice");
        var saved = await Node.Chat.User("alice").Drafts.SaveAsync("lobby", "Dear");
        var connection = Packed("alice");
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

    private HubConnection Packed(string user)
    {
        var connection = new HubConnectionBuilder()
            .WithUrl(new Uri(Node.Address, "hub"), options => options.Headers[HeaderAuthentication.Header] = user)
            .AddMessagePackProtocol()
            .Build();
        Own(connection);
        return connection;
    }
}
