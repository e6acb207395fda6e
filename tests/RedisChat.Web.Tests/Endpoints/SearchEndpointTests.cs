using Microsoft.AspNetCore.SignalR.Client;
using Microsoft.Extensions.DependencyInjection;
using RedisChat.AspNetCore;
using RedisChat.IntegrationTests;
using RedisChat.Tests.Search;

namespace RedisChat.Web.Tests;

public sealed class SearchEndpointTests(TestServer server) : EndpointTests(server)
{
    [Fact]
    public async Task A_search_finds_what_rules_and_application_let_the_caller_read()
    {
        using var index = new ObservedIndex();
        var table = new TableAccess.Table();
        await using var node = await StartAsync(
            chat: chat => With(chat, index).AddAccess<TableAccess>(), services: services => services.AddSingleton(table));
        foreach (var room in new[] { "open", "club", "closed" })
        {
            await node.Chat.Rooms.CreateAsync(room, new RoomAbout { Name = room }, cancellationToken: Cancelled);
            await node.Chat.SendAsync(room, "olga", $"tea in {room}", Cancelled);
        }

        await node.Chat.Room("club").Rules.ChangeAsync(Actor.Application, _ => RuleSet.MembersOnly, Cancelled);
        await node.Chat.Room("club").Members.SetRoleAsync("olga", RoomRole.Member, Actor.Application, cancellationToken: Cancelled);
        await index.CaughtUpAsync(node.Chat, "open", "club", "closed");
        table.Rights = room => room == "closed" ? RoomRights.None : RoomRights.All;

        var found = (await node.As("olga").SendAsync("GET", "search?text=TEA")).Expect(200);
        (found["hits.0.room"], found["hits.0.message.text"], found["hits.0.highlights.0.start"], found["hits.0.highlights.0.length"], found["hits.0.snippet.text"])
            .Should().Be(("club", "tea in club", "0", "3", "tea in club"));
        (found["hits.1.room"], found["hits.2.room"], found["cursor"]).Should().Be(("open", null, null));
        (await node.As("eve").SendAsync("GET", "search?text=tea")).Expect(200).Text.Should().Contain("tea in open").And.NotContain("club").And.NotContain("closed");
        (await node.As("eve").SendAsync("GET", "search?text=tea&room=club&room=closed")).Expect(200).Text.Should().Be("""{"hits":[]}""");
        (await node.As("olga").SendAsync("GET", "search?text=tea&limit=1&from=2020-01-01T00:00:00Z&user=olga")).Expect(200)["cursor"].Should().NotBeNull();
        (await node.As("olga").SendAsync("POST", "search", """{"text":"TEA"}""")).Expect(200).Text.Should().Be(found.Text);
        (await node.As("eve").SendAsync("POST", "search", """{"text":"tea","rooms":["club","closed"],"limit":1}""")).Expect(200).Text.Should().Be("""{"hits":[]}""");
        (await node.As("eve").SendAsync("POST", "search", "{}")).ExpectProblem(400, "invalid", parameter: "text");
        (await node.As(null).SendAsync("GET", "search?text=tea")).Code.Should().Be(401);
        (await node.As(null).SendAsync("POST", "search", """{"text":"tea"}""")).Code.Should().Be(401);

        await using var hub = await HubClient.ConnectAsync(node, "eve");
        (await hub.Connection.InvokeAsync<SearchPage>("Search", new SearchRequest { Text = "tea", Limit = 10 }, Limit.Token)).Hits.Should().ContainSingle().Which.Room.Should().Be("open");
    }

    [Fact]
    public async Task A_chat_without_an_index_says_so()
    {
        await using var node = await StartAsync();

        (await node.As("alice").SendAsync("GET", "search?text=tea")).ExpectProblem(501, "not-supported");
    }

    private static IRedisChatBuilder With(IRedisChatBuilder chat, IMessageIndex index)
    {
        chat.Services.AddKeyedSingleton(chat.ServiceKey, (_, _) => index);
        return chat.AddIndexFeeder(options => options.DiscoveryInterval = TimeSpan.FromMilliseconds(100));
    }
}
