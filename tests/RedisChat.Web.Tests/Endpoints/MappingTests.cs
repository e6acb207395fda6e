using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using RedisChat.AspNetCore;
using RedisChat.IntegrationTests;

namespace RedisChat.Web.Tests;

/// <summary>What MapRedisChat maps, and where.</summary>
public sealed class MappingTests(TestServer server) : EndpointTests(server)
{
    [Fact]
    public async Task A_host_may_serve_two_chats()
    {
        await using var node = await StartInMemoryAsync(
            services: services => services.AddKeyedRedisChat("support").UseInMemory().AddWeb(options => options.MaxBodyBytes = 1024),
            map: app => app.MapRedisChat("/support", "support").RequireAuthorization());

        (await node.As("alice").SendAsync("POST", "/support/rooms/lobby/messages", """{"text":"here"}""")).Expect(201);

        (await node.Chat.GetAsync("lobby", 1, Cancelled)).Should().BeNull();
        (await node.Services.GetRequiredKeyedService<Chat>("support").GetAsync("lobby", 1, Cancelled))!.Text.Should().Be("here");
        (await node.As("alice").SendAsync("POST", "/support/rooms/lobby/messages", $$"""{"text":"{{new string('x', 2000)}}"}""")).ExpectProblem(413, "too-large");
        node.Services.GetRequiredService<LinkGenerator>().GetPathByName("Chatsupport_ListMessages", new RouteValueDictionary { ["room"] = "a b" }).Should().Be("/support/rooms/a%20b/messages");
    }

    [Fact]
    public void Without_AddWeb_mapping_says_what_is_missing()
    {
        var app = WebApplication.CreateSlimBuilder().Build();

        app.Invoking(host => host.MapRedisChat("/chat")).Should().Throw<InvalidOperationException>().WithMessage("*AddWeb*");
    }

    [Fact]
    public async Task Conventions_of_the_host_apply_to_every_endpoint()
    {
        await using var node = await StartInMemoryAsync();
        var endpoints = Endpoints(node).ToList();

        endpoints.Should().HaveCountGreaterThan(40);
        endpoints.Should().OnlyContain(endpoint => endpoint.Metadata.OfType<Microsoft.AspNetCore.Authorization.IAuthorizeData>().Any());
    }

    [Fact]
    public async Task Every_endpoint_is_in_the_documentation_and_every_documented_one_is_mapped()
    {
        await using var node = await StartInMemoryAsync();
        var mapped = Endpoints(node).Where(endpoint => !endpoint.RoutePattern.RawText!.StartsWith("/chat/hub", StringComparison.Ordinal)).SelectMany(endpoint => endpoint.Metadata.GetMetadata<HttpMethodMetadata>()!.HttpMethods.Select(method => $"{method} {endpoint.RoutePattern.RawText!["/chat/".Length..]}"));

        WebDocument.Endpoints.Select(endpoint => endpoint.Name).Should().BeEquivalentTo(mapped.Where(endpoint => !endpoint.StartsWith("HEAD ", StringComparison.Ordinal)).Concat(ClientScript.Names.Select(name => $"GET {name}")).Distinct());
    }

    [Fact]
    public void Every_code_and_reason_of_an_error_is_in_the_documentation()
    {
        var codes = typeof(ProblemCodes).GetFields().Select(field => (string)field.GetRawConstantValue()!);
        var reasons = Enum.GetNames<ForbiddenReason>().Except(["None"]).Select(name => char.ToLowerInvariant(name[0]) + name[1..]);

        WebDocument.Errors.Should().Contain(codes.Concat(reasons).Concat(["access", "rate"]).Select(word => $"`{word}`"));
    }

    private static IEnumerable<RouteEndpoint> Endpoints(WebNode node) =>
        node.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>().Where(endpoint => endpoint.RoutePattern.RawText!.StartsWith("/chat/", StringComparison.Ordinal));
}
