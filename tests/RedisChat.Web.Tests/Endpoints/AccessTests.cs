using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using RedisChat.AspNetCore;
using RedisChat.IntegrationTests;

namespace RedisChat.Web.Tests;

/// <summary>What the application allows: IChatAccess takes rights away, and never gives any.</summary>
public sealed class AccessTests(TestServer server, AccessTests.SharedNode shared) : EndpointTests(server), IClassFixture<AccessTests.SharedNode>
{
    private const RoomRights Nothing = RoomRights.None;

    [Theory]
    [InlineData("GET", "rooms/club", null, RoomRights.Read)]
    [InlineData("PATCH", "rooms/club", """{"name":"x"}""", RoomRights.Manage)]
    [InlineData("DELETE", "rooms/club", null, RoomRights.Manage)]
    [InlineData("GET", "rooms/club/rights", null, Nothing)]
    [InlineData("GET", "rooms/club/rules", null, RoomRights.Read)]
    [InlineData("PUT", "rooms/club/rules", "{}", RoomRights.Manage)]
    [InlineData("GET", "rooms/club/messages", null, RoomRights.Read)]
    [InlineData("POST", "rooms/club/messages", """{"text":"x"}""", RoomRights.Send)]
    [InlineData("GET", "rooms/club/messages/1", null, RoomRights.Read)]
    [InlineData("PATCH", "rooms/club/messages/1", """{"text":"x"}""", RoomRights.ChangeOwn)]
    [InlineData("DELETE", "rooms/club/messages/1", null, RoomRights.ChangeOwn)]
    [InlineData("DELETE", "rooms/club/messages/2", null, RoomRights.DeleteAny)]
    [InlineData("DELETE", "rooms/club/messages/99", null, RoomRights.ChangeOwn)]
    [InlineData("POST", "rooms/club/deletions", """{"user":"olga"}""", RoomRights.ChangeOwn)]
    [InlineData("POST", "rooms/club/deletions", """{"user":"bob"}""", RoomRights.DeleteAny)]
    [InlineData("PUT", "rooms/club/messages/1/reactions/heart", null, RoomRights.React)]
    [InlineData("DELETE", "rooms/club/messages/1/reactions/heart", null, RoomRights.React)]
    [InlineData("GET", "rooms/club/messages/1/reactions/heart", null, RoomRights.Read)]
    [InlineData("GET", "rooms/club/pins", null, RoomRights.Read)]
    [InlineData("GET", "rooms/club/messages/1/versions", null, RoomRights.Read)]
    [InlineData("GET", "rooms/club/mentions", null, RoomRights.Read)]
    [InlineData("PUT", "rooms/club/messages/1/pin", null, RoomRights.Pin)]
    [InlineData("DELETE", "rooms/club/messages/1/pin", null, RoomRights.Pin)]
    [InlineData("GET", "rooms/club/export", null, RoomRights.Read)]
    [InlineData("GET", "rooms/club/changes", null, RoomRights.Read)]
    [InlineData("GET", "rooms/club/members", null, RoomRights.Read)]
    [InlineData("GET", "rooms/club/members/bob", null, RoomRights.Read)]
    [InlineData("POST", "rooms/club/join", null, RoomRights.Join)]
    [InlineData("POST", "rooms/club/leave", null, Nothing)]
    [InlineData("PUT", "rooms/club/members/bob", """{"role":"reader"}""", RoomRights.Manage)]
    [InlineData("DELETE", "rooms/club/members/bob", null, RoomRights.Remove)]
    [InlineData("POST", "rooms/club/members/carol/invite", null, RoomRights.Invite)]
    [InlineData("PUT", "rooms/club/members/bob/ban", null, RoomRights.Ban)]
    [InlineData("DELETE", "rooms/club/members/bob/ban", null, RoomRights.Ban)]
    [InlineData("PUT", "rooms/club/members/bob/mute", null, RoomRights.Mute)]
    [InlineData("DELETE", "rooms/club/members/bob/mute", null, RoomRights.Mute)]
    [InlineData("GET", "rooms/club/read-markers", null, RoomRights.Read)]
    [InlineData("POST", "rooms/club/read", """{"messageId":1}""", RoomRights.Read)]
    [InlineData("POST", "rooms/club/unread", """{"messageId":1}""", RoomRights.Read)]
    [InlineData("GET", "rooms/club/unread", null, RoomRights.Read)]
    [InlineData("GET", "rooms/club/presence", null, RoomRights.Read)]
    [InlineData("POST", "rooms/club/typing", null, RoomRights.Send)]
    [InlineData("PUT", "inbox/club/mute", null, Nothing)]
    [InlineData("DELETE", "inbox/club/mute", null, Nothing)]
    [InlineData("PUT", "inbox/club/hide", null, Nothing)]
    [InlineData("DELETE", "inbox/club/hide", null, Nothing)]
    [InlineData("GET", "rooms/club/scheduled", null, Nothing)]
    [InlineData("POST", "rooms/club/scheduled", """{"text":"later","sendAt":"2035-01-01T00:00:00Z"}""", RoomRights.Send)]
    [InlineData("PUT", "drafts/club", """{"text":"Dear"}""", Nothing)]
    [InlineData("GET", "drafts/club", null, Nothing)]
    [InlineData("DELETE", "drafts/club", null, Nothing)]
    public async Task An_operation_takes_one_right_of_the_application(string method, string path, string? body, RoomRights right)
    {
        // All rows share a node; each has a room of its own.
        var (node, table, club) = (shared.Node, shared.Table, $"club-{Guid.NewGuid():n}");
        path = path.Replace("/club", $"/{club}", StringComparison.Ordinal);
        table.Rights = _ => RoomRights.All;
        await node.Chat.Rooms.CreateAsync(club, new RoomAbout { Name = "Club" }, owner: "olga", cancellationToken: Cancelled);
        await node.Chat.Room(club).Members.SetRoleAsync("anna", RoomRole.Owner, Actor.Application, cancellationToken: Cancelled);
        await node.Chat.Room(club).Members.SetRoleAsync("bob", RoomRole.Member, Actor.Application, cancellationToken: Cancelled);
        await node.Chat.SendAsync(club, "olga", "mine", Cancelled);
        await node.Chat.SendAsync(club, "bob", "his", Cancelled);
        var olga = node.As("olga");

        if (right != Nothing)
        {
            table.Rights = room => room == club ? RoomRights.All & ~right : throw new InvalidOperationException(room);
            var isMissing = path.EndsWith("/99", StringComparison.Ordinal);
            (await olga.SendAsync(method, path, body)).ExpectProblem(isMissing ? 404 : 403, isMissing ? "not-found" : "forbidden", isMissing ? null : "access");
        }

        // The answer to a change of the room shows the room.
        table.Rights = _ => method == "PATCH" && path == $"rooms/{club}" ? right | RoomRights.Read : right;
        var allowed = await olga.SendAsync(method, path, body);
        allowed["reason"].Should().NotBe("access", "the answer is {0}", allowed.Text);
        allowed.Code.Should().BeOneOf([200, 201, 204, 404], "the answer is {0}", allowed.Text);
    }

    [Theory]
    [InlineData("POST", "rooms/club/messages", RoomRights.Send)]
    [InlineData("PATCH", "rooms/club/messages/1", RoomRights.ChangeOwn)]
    public async Task Mentioning_everyone_takes_a_right_of_its_own(string method, string path, RoomRights right)
    {
        var table = new TableAccess.Table();
        await using var node = await StartInMemoryAsync(chat: chat => chat.AddAccess<TableAccess>(), services: services => services.AddSingleton(table));
        await node.Chat.Rooms.CreateAsync("club", new RoomAbout { Name = "Club" }, owner: "olga", cancellationToken: Cancelled);
        await node.Chat.SendAsync("club", "olga", "mine", Cancelled);
        const string Body = """{"text":"x","mentions":["*","@bob"]}""";

        table.Rights = _ => right;
        (await node.As("olga").SendAsync(method, path, Body)).ExpectProblem(403, "forbidden", "access");
        (await node.As("olga").SendAsync(method, path, """{"text":"x","mentions":["@bob"]}""")).Code.Should().BeOneOf(200, 201);
        table.Rights = _ => right | RoomRights.MentionEveryone;
        (await node.As("olga").SendAsync(method, path, Body)).Code.Should().BeOneOf(200, 201);
    }

    [Fact]
    public async Task The_application_gives_no_right_that_the_rules_do_not_give()
    {
        var table = new TableAccess.Table();
        await using var node = await StartInMemoryAsync(chat: chat => chat.AddAccess<TableAccess>(), services: services => services.AddSingleton(table));
        await node.Chat.Room("club").Members.SetRoleAsync("bob", RoomRole.Reader, Actor.Application, cancellationToken: Cancelled);

        (await node.As("bob").SendAsync("POST", "rooms/club/messages", """{"text":"x"}""")).ExpectProblem(403, "forbidden", "notPermitted");
        table.Rights = _ => RoomRights.Read | RoomRights.Send;
        (await node.As("bob").SendAsync("GET", "rooms/club/rights")).Expect(200).Text.Should().Be("""{"rights":["Read"]}""");
    }

    [Theory]
    [InlineData("GET", "rooms", null, DirectoryRights.List)]
    [InlineData("POST", "rooms", """{"room":"new"}""", DirectoryRights.Create)]
    [InlineData("POST", "direct", """{"user":"bob"}""", DirectoryRights.Direct)]
    public async Task Rooms_as_such_take_a_right_of_the_directory(string method, string path, string? body, DirectoryRights right)
    {
        var table = new TableAccess.Table { Directory = DirectoryRights.All & ~right };
        await using var node = await StartInMemoryAsync(chat: chat => chat.AddAccess<TableAccess>(), services: services => services.AddSingleton(table));

        (await node.As("alice").SendAsync(method, path, body)).ExpectProblem(403, "forbidden", "access");
        table.Directory = right;
        (await node.As("alice").SendAsync(method, path, body)).Code.Should().BeOneOf(200, 201);
    }

    [Fact]
    public async Task Rooms_that_the_application_hides_are_in_no_list_and_cannot_be_created()
    {
        var table = new TableAccess.Table();
        await using var node = await StartAsync(chat: chat => chat.AddAccess<TableAccess>(), services: services => services.AddSingleton(table));
        foreach (var room in new[] { "acme-1", "other-1" })
        {
            await node.Chat.Rooms.CreateAsync(room, new RoomAbout { Name = room }, cancellationToken: Cancelled);
            await node.Chat.Room(room).Members.JoinAsync("alice", Cancelled);
        }

        table.Rights = room => room.StartsWith("acme-", StringComparison.Ordinal) ? RoomRights.All : RoomRights.None;
        var alice = node.As("alice");
        var rooms = (await alice.SendAsync("GET", "rooms")).Expect(200);
        (rooms["rooms.0.id"], rooms["rooms.1"]).Should().Be(("acme-1", null));
        var inbox = (await alice.SendAsync("GET", "inbox")).Expect(200);
        (inbox["rooms.0.room"], inbox["rooms.1"]).Should().Be(("acme-1", null));
        (await alice.SendAsync("POST", "rooms", """{"room":"other-2"}""")).ExpectProblem(403, "forbidden", "access");
        (await alice.SendAsync("POST", "rooms", """{"room":"acme-2"}""")).Expect(201);
    }

    [Fact]
    public async Task Without_a_user_there_is_only_the_browser_client()
    {
        var table = new TableAccess.Table { User = name => name == "ghost" ? null : name };
        await using var node = await StartInMemoryAsync(chat: chat => chat.AddAccess<TableAccess>(), services: services => services.AddSingleton(table));

        (await node.As("ghost").SendAsync("GET", "me")).ExpectProblem(401, "unauthenticated");
        (await node.As("ghost").SendAsync("POST", "rooms/lobby/messages", "not json")).ExpectProblem(401, "unauthenticated");
    }

    [Fact]
    public async Task What_the_authorization_of_the_host_refuses_is_a_problem_too()
    {
        await using var node = await StartInMemoryAsync(
            services: services => services.AddAuthorizationBuilder()
                .SetDefaultPolicy(new AuthorizationPolicyBuilder().RequireAuthenticatedUser().RequireAssertion(context => context.User.Identity?.Name != "x" && !context.User.Claims.Any(claim => claim.Value == "eve")).Build()),
            map: app => app.MapGet("/other", () => "fine").RequireAuthorization());

        (await node.As(null).SendAsync("GET", "me")).ExpectProblem(401, "unauthenticated");
        (await node.As("eve").SendAsync("GET", "me")).ExpectProblem(403, "forbidden", "access");
        (await node.As("alice").SendAsync("GET", "me")).Expect(200);
        (await node.As(null).SendAsync("GET", "/other")).Expect(401).Text.Should().BeEmpty("other endpoints are none of the chat's business");
    }

    [Fact]
    public async Task A_host_with_cookies_sends_no_script_to_the_sign_in_page()
    {
        await using var node = await StartInMemoryAsync(
            services: services => services.AddAuthentication(options => options.DefaultScheme = "cookies").AddCookie("cookies", options => options.LoginPath = "/sign-in"),
            map: app => app.MapGet("/page", () => "fine").RequireAuthorization());

        (await node.As(null).SendAsync("GET", "me")).ExpectProblem(401, "unauthenticated").Location.Should().BeNull();
        using var page = await node.WithoutRedirects().GetAsync("/page", Cancelled);
        ((int)page.StatusCode, page.Headers.Location!.AbsolutePath).Should().Be((302, "/sign-in"));
    }

    [Fact]
    public async Task A_handler_of_the_host_for_refusals_is_left_alone()
    {
        await using var node = await StartInMemoryAsync(services: services => services.AddSingleton<IAuthorizationMiddlewareResultHandler, Teapot>());

        (await node.As(null).SendAsync("GET", "me")).Code.Should().Be(418);
    }

    [Fact]
    public async Task An_exception_of_the_application_is_logged_and_not_shown()
    {
        using var log = new CapturedLog();
        var table = new TableAccess.Table { Rights = _ => throw new InvalidOperationException("secret of the application") };
        await using var node = await StartInMemoryAsync(chat: chat => chat.AddAccess<TableAccess>(), services: services => services
            .AddSingleton(table).AddSingleton<Microsoft.Extensions.Logging.ILoggerProvider>(log));

        (await node.As("alice").SendAsync("GET", "rooms/a%20room/messages")).ExpectProblem(500, "internal").Text.Should().NotContain("secret");

        var error = log.Errors.Should().ContainSingle().Subject;
        error.Text.Should().Contain("rooms/{room}/messages").And.NotContainAny("a room", "a%20room", "alice");
        error.Exception!.Message.Should().Be("secret of the application");
    }

    /// <summary>A node whose application allows what a test says.</summary>
    public sealed class SharedNode : IAsyncLifetime
    {
        internal TableAccess.Table Table { get; } = new();

        internal WebNode Node { get; private set; } = null!;

        public async ValueTask InitializeAsync() =>
            Node = await StartInMemoryAsync(chat: chat => chat.AddAccess<TableAccess>(), services: services => services.AddSingleton(Table));

        public ValueTask DisposeAsync() => Node.DisposeAsync();
    }

    private sealed class Teapot : IAuthorizationMiddlewareResultHandler
    {
        public Task HandleAsync(RequestDelegate next, HttpContext context, AuthorizationPolicy policy, Microsoft.AspNetCore.Authorization.Policy.PolicyAuthorizationResult authorizeResult)
        {
            context.Response.StatusCode = 418;
            return Task.CompletedTask;
        }
    }
}
