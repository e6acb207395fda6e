#if NET10_0_OR_GREATER
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using RedisChat.AspNetCore;
using RedisChat.IntegrationTests;

namespace RedisChat.Web.Tests;

/// <summary>The endpoints describe themselves to OpenAPI as docs/web.md does.</summary>
public sealed class OpenApiTests(TestServer server) : EndpointTests(server)
{
    private static readonly string[] EveryProblem = ["400", "401", "403", "429", "500", "501", "503", "504"];

    [Fact]
    public async Task The_document_has_every_endpoint_with_its_parameters_body_and_answers()
    {
        await using var node = await StartInMemoryAsync(services: services => services.AddOpenApi(), map: app => app.MapOpenApi("/openapi.json"));
        var document = (await node.As(null).SendAsync("GET", "/openapi.json")).Expect(200).Json;
        var paths = document.GetProperty("paths");
        var names = new List<string>();

        foreach (var endpoint in WebDocument.Endpoints.Where(endpoint => !ClientScript.Names.Contains(endpoint.Path)))
        {
            paths.TryGetProperty($"/chat/{endpoint.Path}", out var path).Should().BeTrue("{0} is documented", endpoint.Name);
            var operation = path.GetProperty(endpoint.Method.ToLowerInvariant());
            names.Add(operation.GetProperty("operationId").GetString()!);
            operation.GetProperty("summary").GetString().Should().NotBeNullOrEmpty();
            operation.GetProperty("tags")[0].GetString().Should().Be("Chat");

            var parameters = operation.TryGetProperty("parameters", out var found) ? found.EnumerateArray().ToList() : [];
            Named("query").Should().BeEquivalentTo(endpoint.Query, endpoint.Name);
            Named("path").Should().BeEquivalentTo(endpoint.Path.Split('/').Where(part => part[0] == '{').Select(part => part.Trim('{', '}')), endpoint.Name);
            parameters.Should().NotContain(parameter => parameter.GetProperty("in").GetString() == "path" && !parameter.GetProperty("required").GetBoolean());
            foreach (var parameter in parameters.Where(parameter => parameter.GetProperty("name").GetString() is "id" or "limit" or "before" or "after" && !endpoint.Path.EndsWith("changes") && !endpoint.Path.EndsWith("events")))
            {
                parameter.GetProperty("schema").GetRawText().Should().Contain("integer", "{0} of {1}", parameter, endpoint.Name);
            }

            operation.TryGetProperty("requestBody", out var body).Should().Be(endpoint.Body.Count > 0, endpoint.Name);
            if (endpoint.Body.Count > 0)
            {
                Properties(Schema(body)).Should().BeEquivalentTo(endpoint.Body, endpoint.Name);
                var isRequired = body.TryGetProperty("required", out var required) && required.GetBoolean();
                isRequired.Should().Be(endpoint.Path != "stream" && !endpoint.Path.EndsWith("/ban") && !endpoint.Path.EndsWith("/{user}/mute") && !endpoint.Path.EndsWith("/invite"), endpoint.Name);
            }

            var responses = operation.GetProperty("responses");
            responses.EnumerateObject().Select(response => response.Name).Should().Contain(EveryProblem).And.Contain(status => status.StartsWith('2'), endpoint.Name);
            foreach (var response in responses.EnumerateObject().Where(response => response.Name[0] != '2'))
            {
                Properties(Schema(response.Value, "application/problem+json")).Should().Contain(["code", "title", "status"]);
            }

            IEnumerable<string> Named(string place) =>
                parameters.Where(parameter => parameter.GetProperty("in").GetString() == place).Select(parameter => parameter.GetProperty("name").GetString()!);
        }

        names.Should().OnlyHaveUniqueItems().And.OnlyContain(name => name.StartsWith("Chat_"));
        var send = paths.GetProperty("/chat/rooms/{room}/messages").GetProperty("post");
        send.GetProperty("parameters").EnumerateArray().Should().Contain(parameter => parameter.GetProperty("name").GetString() == "Idempotency-Key" && parameter.GetProperty("in").GetString() == "header");
        send.GetProperty("responses").EnumerateObject().Select(response => response.Name).Should().Contain(["200", "201", "409", "413", "415", "507"]);
        Properties(Schema(send.GetProperty("responses").GetProperty("201"))).Should().Contain(["id", "position", "timestamp"]);
        Properties(Schema(paths.GetProperty("/chat/rooms/{room}/messages").GetProperty("get").GetProperty("responses").GetProperty("200"))).Should().Contain(["messages", "position"]);
        paths.GetProperty("/chat/rooms/{room}/export").GetProperty("get").GetProperty("responses").GetProperty("200").GetProperty("content").TryGetProperty("application/x-ndjson", out _).Should().BeTrue();
        paths.EnumerateObject().Select(path => path.Name).Should().NotContain(ClientScript.Names.Select(name => $"/chat/{name}"));

        JsonElement Schema(JsonElement content, string type = "application/json")
        {
            var schema = content.GetProperty("content").GetProperty(type).GetProperty("schema");
            return schema.TryGetProperty("$ref", out var reference)
                ? document.GetProperty("components").GetProperty("schemas").GetProperty(reference.GetString()!.Split('/')[^1])
                : schema;
        }
    }

    /// <summary>The properties of a schema, with a question mark if they are not required.</summary>
    private static List<string> Properties(JsonElement schema)
    {
        var required = schema.TryGetProperty("required", out var names) ? names.EnumerateArray().Select(name => name.GetString()).ToList() : [];
        return schema.GetProperty("properties").EnumerateObject().Select(property => required.Contains(property.Name) ? property.Name : property.Name + "?").ToList();
    }
}
#endif
