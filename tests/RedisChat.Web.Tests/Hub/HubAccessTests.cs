using System.Net;
using Microsoft.AspNetCore.SignalR;
using Microsoft.AspNetCore.SignalR.Client;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using RedisChat.AspNetCore;
using RedisChat.IntegrationTests;

namespace RedisChat.Web.Tests;

/// <summary>Who may connect, what a connection may do, and when it loses that.</summary>
public sealed class HubAccessTests(TestServer server) : HubTestBase(server)
{
    [Fact]
    public async Task An_action_that_is_not_allowed_says_why()
    {
        var eve = await ConnectAsync(Node, "eve");
        await Node.Chat.Room("lobby").Members.BanAsync("eve", Actor.Application);

        var send = () => eve.Connection.InvokeAsync<MessageReceipt>("Send", "lobby", new SendRequest { Text = "hi" }, Limit.Token);

        (await send.Should().ThrowAsync<HubException>()).WithMessage("*forbidden/banned: The user is banned from this room.*");
    }

    [Fact]
    public async Task A_banned_user_loses_the_room_and_a_revoked_one_the_connection()
    {
        var eve = await ConnectAsync(Node, "eve");
        foreach (var room in new[] { "a", "b" })
        {
            await eve.Connection.InvokeAsync("Open", new OpenRoomRequest(room), Limit.Token);
            await eve.ReadEventAsync<RoomEvent.CaughtUp>(room);
        }

        await Node.Chat.Room("a").Members.BanAsync("eve", Actor.Application);
        (await eve.ReadAsync<RoomFailure>()).Should().Be(new RoomFailure("a", ProblemCodes.Forbidden, 403, "banned"));

        await Node.Chat.RevokeAsync("eve");
        (await eve.ReadAsync<StreamEnd>()).Should().Be(new StreamEnd(ProblemCodes.Revoked, Retry: false));
    }

    [Fact]
    public async Task A_revoked_user_loses_a_connection_that_has_no_room_open()
    {
        var eve = await ConnectAsync(Node, "eve");
        var ended = eve.ReadAsync<StreamEnd>();

        // The connection may begin to wait for a revocation a moment later than it is open.
        while (!ended.IsCompleted)
        {
            await Node.Chat.RevokeAsync("eve");
            await Task.WhenAny(ended, Task.Delay(50, Limit.Token));
        }

        (await ended).Should().Be(new StreamEnd(ProblemCodes.Revoked, Retry: false));
    }

    [Fact]
    public async Task A_room_of_two_is_not_for_others_before_they_open_it()
    {
        var (alice, mallory) = (await ConnectAsync(Node, "alice"), await ConnectAsync(Node, "mallory"));
        var room = await alice.Connection.InvokeAsync<string>("OpenDirect", "zoe", Limit.Token);
        await Node.Chat.Rooms.DeleteAsync(room, Actor.Application);

        foreach (var method in new[] { "Join", "Typing" })
        {
            var act = () => mallory.Connection.InvokeAsync(method, room, Limit.Token);
            (await act.Should().ThrowAsync<HubException>()).WithMessage("*forbidden/access*");
        }

        (await alice.Connection.InvokeAsync<string>("OpenDirect", "zoe", Limit.Token)).Should().Be(room);
        await alice.Connection.InvokeAsync<MessageReceipt>("Send", room, new SendRequest { Text = "hello" }, Limit.Token);
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
        var connect = () => HubClient.ConnectAsync(Node, "");

        await connect.Should().ThrowAsync<HttpRequestException>().WithMessage("*401*");
    }
}
