using System.Net.Http.Headers;
using System.Text;
using Microsoft.AspNetCore.Http.Json;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using RedisChat.IntegrationTests;

namespace RedisChat.Web.Tests;

/// <summary>What is wrong with a request is said in one form, whatever part of ASP.NET or of the library finds it.</summary>
public sealed class InputTests(TestServer server, InputTests.Nodes nodes) : EndpointTests(server), IClassFixture<InputTests.Nodes>
{
    [Theory]
    [InlineData("GET", "rooms/lobby/messages?limit=0", null, "limit")]
    [InlineData("GET", "rooms/lobby/messages?limit=1001", null, "limit")]
    [InlineData("GET", "rooms/lobby/messages?limit=many", null, "limit")]
    [InlineData("GET", "rooms/lobby/messages?limit=99999999999", null, "limit")]
    [InlineData("GET", "rooms/lobby/messages?before=x", null, "before")]
    [InlineData("GET", "rooms/lobby/messages?before=0", null, "before")]
    [InlineData("GET", "rooms/lobby/messages?before=1&after=1", null, "query")]
    [InlineData("GET", "rooms/lobby/messages/abc", null, "id")]
    [InlineData("GET", "rooms/lobby/messages/0", null, "id")]
    [InlineData("GET", "rooms/lobby/messages/1.5", null, "id")]
    [InlineData("GET", "rooms/lobby/changes?after=nonsense", null, "after")]
    [InlineData("GET", "rooms/lobby/members?filter=friends", null, "filter")]
    [InlineData("GET", "rooms/lobby/read-markers?readUpTo=x", null, "readUpTo")]
    [InlineData("GET", "inbox?hidden=perhaps", null, "hidden")]
    [InlineData("GET", "rooms/%07/messages", null, "id")]
    [InlineData("POST", "rooms/lobby/messages", "{}", "text")]
    [InlineData("POST", "rooms/lobby/messages", """{"text":null}""", "text")]
    [InlineData("POST", "rooms/lobby/messages", """{"text":""}""", "text")]
    [InlineData("POST", "rooms/lobby/messages", """{"text":5}""", "text")]
    [InlineData("POST", "rooms/lobby/messages", """{"text":"a","metadata":{"x":5}}""", "metadata.x")]
    [InlineData("POST", "rooms/lobby/messages", """{"text":"a","metadata":{"x":null}}""", "metadata")]
    [InlineData("POST", "rooms/lobby/messages", """{"text":"a","idempotencyKey":""}""", "idempotencyKey")]
    [InlineData("POST", "rooms/lobby/messages", """{"text":"a","replyTo":0}""", "replyTo")]
    [InlineData("POST", "rooms/lobby/messages", """{"text":"a","replyTo":9007199254740993}""", "replyTo")]
    [InlineData("POST", "rooms/lobby/messages", """{"text":"a","replyTo":"one"}""", "replyTo")]
    [InlineData("POST", "rooms/lobby/messages", """{"text":"a","replyTo":1.5}""", "replyTo")]
    [InlineData("POST", "rooms/lobby/messages", """{"text":"a\ud800"}""", "text")]
    [InlineData("POST", "rooms/lobby/messages", """{"text":"a","mentions":["bob"]}""", "mentions")]
    [InlineData("POST", "rooms/lobby/messages", """{"text":"a","mentions":["&Not A Role"]}""", "mentions")]
    [InlineData("POST", "rooms/lobby/messages", """{"text":"a","mentions":[null]}""", "mentions")]
    [InlineData("POST", "rooms/lobby/messages", """{"text":"a","mentions":"@bob"}""", "mentions")]
    [InlineData("PATCH", "rooms/lobby/messages/1", """{"text":"a","mentions":["@"]}""", "mentions")]
    [InlineData("POST", "rooms/lobby/messages", """{"text":"","attachments":[]}""", "text")]
    [InlineData("POST", "rooms/lobby/messages", """{"text":"a","attachments":[null]}""", "attachments")]
    [InlineData("POST", "rooms/lobby/messages", """{"text":"a","attachments":[{}]}""", "kind")]
    [InlineData("POST", "rooms/lobby/messages", """{"text":"a","attachments":[{"kind":"image","name":"a","mediaType":"image/png","address":"a"}]}""", "size")]
    [InlineData("POST", "rooms/lobby/messages", """{"text":"a","attachments":[{"kind":"image","name":"a","mediaType":"png","size":1,"address":"a"}]}""", "mediaType")]
    [InlineData("POST", "rooms/lobby/messages", """{"text":"a","attachments":{}}""", "attachments")]
    [InlineData("PATCH", "rooms/lobby/messages/1", """{"text":"","attachments":[]}""", "text")]
    [InlineData("PATCH", "rooms/lobby/messages/1", """{"text":"a","attachments":[{"kind":"image"}]}""", "name")]
    [InlineData("GET", "rooms/lobby/mentions?before=0", null, "before")]
    [InlineData("GET", "rooms/lobby/mentions?limit=5000", null, "limit")]
    [InlineData("GET", "search", null, "text")]
    [InlineData("GET", "search?text=a&limit=101", null, "limit")]
    [InlineData("GET", "search?text=a&from=yesterday", null, "from")]
    [InlineData("GET", "search?text=a&cursor=-", null, "cursor")]
    [InlineData("GET", "search?text=a&room=%00", null, "rooms")]
    [InlineData("GET", "search?text=a&user=%00", null, "user")]
    [InlineData("POST", "rooms/lobby/messages", """{"text":"a" """, null)]
    [InlineData("POST", "rooms/lobby/messages", "[1]", null)]
    [InlineData("POST", "rooms/lobby/messages", """{"text":"a","expiresAfter":0.5}""", "expiresAfter")]
    [InlineData("POST", "rooms/lobby/messages", """{"text":"a","expiresAfter":1e300}""", "expiresAfter")]
    [InlineData("POST", "rooms/lobby/messages", "null", null)]
    [InlineData("POST", "rooms/lobby/messages", "", null)]
    [InlineData("PUT", "rooms/lobby/members/bob/ban", """{"seconds":-1}""", "seconds")]
    [InlineData("PUT", "rooms/lobby/members/bob/ban", """{"seconds":1e300}""", "seconds")]
    [InlineData("PUT", "rooms/lobby/messages/1/reactions/not%20one", null, "emoji")]
    [InlineData("DELETE", "rooms/lobby/messages/1?reason=", null, "reason")]
    [InlineData("POST", "rooms/lobby/deletions", "{}", "ids")]
    [InlineData("POST", "rooms/lobby/deletions", """{"ids":[1],"user":"bob"}""", "ids")]
    [InlineData("POST", "rooms/lobby/deletions", """{"from":2,"to":1}""", "to")]
    [InlineData("POST", "rooms", """{"room":"direct~x"}""", "room")]
    [InlineData("POST", "rooms", """{"about":{}}""", "id")]
    public async Task Invalid_input_is_a_problem_that_names_the_parameter(string method, string path, string? body, string? parameter)
    {
        foreach (var node in nodes.All)
        {
            var problem = (await node.As("alice").SendAsync(method, path, body)).ExpectProblem(400, "invalid");

            problem["parameter"].Should().Be(parameter, "the answer is {0}", problem.Text);
            problem["detail"].Should().NotBeNullOrEmpty();
            problem.Text.Should().NotContainAny("System.", "Exception", "   at ", "Int32");
        }
    }

    [Theory]
    [InlineData("text/plain")]
    [InlineData("application/x-www-form-urlencoded")]
    [InlineData("application/json; charset=utf-16")]
    [InlineData("nonsense")]
    [InlineData(null)]
    public async Task A_body_of_another_type_is_refused(string? type)
    {
        await using var node = await StartInMemoryAsync();

        (await PostAsync(node.As("alice"), """{"text":"a"}"""u8.ToArray(), type)).ExpectProblem(415, "not-json");
    }

    [Theory]
    [InlineData("application/json")]
    [InlineData("APPLICATION/JSON; charset=UTF-8")]
    [InlineData("application/vnd.chat+json; charset=\"utf-8\"")]
    public async Task Json_of_every_name_is_read(string type)
    {
        await using var node = await StartInMemoryAsync();

        (await PostAsync(node.As("alice"), """{"text":"ü","more":1}"""u8.ToArray(), type)).Expect(201);
        (await node.Chat.GetAsync("lobby", 1, Cancelled))!.Text.Should().Be("ü");
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_body_above_the_limit_is_refused_with_and_without_a_length(bool isChunked)
    {
        await using var node = await StartInMemoryAsync(options => options.MaxBodyBytes = 2048);
        var body = Encoding.UTF8.GetBytes($$"""{"text":"{{new string('a', 1000)}}","more":"{{new string('b', 1100)}}"}""");
        var atLimit = Encoding.UTF8.GetBytes($$"""{"text":"a","more":"{{new string('b', 2048 - 22)}}"}""");
        atLimit.Length.Should().Be(2048);

        (await PostAsync(node.As("alice"), body, "application/json", isChunked)).ExpectProblem(413, "too-large");
        (await PostAsync(node.As("alice"), atLimit, "application/json", isChunked)).Expect(201);
    }

    [Fact]
    public async Task The_json_options_of_the_host_change_nothing()
    {
        await using var node = await StartInMemoryAsync(services: services => services.Configure<JsonOptions>(options =>
        {
            options.SerializerOptions.PropertyNamingPolicy = System.Text.Json.JsonNamingPolicy.SnakeCaseUpper;
            options.SerializerOptions.DefaultIgnoreCondition = System.Text.Json.Serialization.JsonIgnoreCondition.Never;
        }));

        (await node.As("alice").SendAsync("POST", "rooms/lobby/messages", """{"text":"a","idempotencyKey":"k"}""")).Expect(201)["isDuplicate"].Should().Be("False");
        (await node.As("alice").SendAsync("GET", "rooms/lobby/messages/1")).Expect(200).Text.Should().StartWith("""{"id":1,""").And.NotContain("editedAt");
    }

    private static async Task<HttpJson.Reply> PostAsync(HttpClient client, byte[] body, string? type, bool isChunked = false)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "rooms/lobby/messages") { Content = new ByteArrayContent(body) };
        if (type is not null)
        {
            request.Content.Headers.TryAddWithoutValidation("Content-Type", type);
        }

        request.Headers.TransferEncodingChunked = isChunked;
        return await client.ReadAsync(request);
    }

    /// <summary>A node of each environment, for input that changes nothing.</summary>
    public sealed class Nodes : IAsyncLifetime
    {
        internal IReadOnlyList<WebNode> All { get; private set; } = [];

        public async ValueTask InitializeAsync() =>
            All = [await StartInMemoryAsync(environment: Environments.Production), await StartInMemoryAsync(environment: Environments.Development)];

        public async ValueTask DisposeAsync()
        {
            foreach (var node in All)
            {
                await node.DisposeAsync();
            }
        }
    }
}
