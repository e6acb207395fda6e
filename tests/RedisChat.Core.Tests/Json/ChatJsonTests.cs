using System.Globalization;
using System.Reflection;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;

namespace RedisChat.Tests.Json;

/// <summary>The chat's public values round-trip through System.Text.Json, with the library's context and without.</summary>
public sealed class ChatJsonTests
{
    /// <summary>The largest integer such that a JavaScript number holds every integer up to it.</summary>
    private const long MaxSafeInteger = (1L << 53) - 1;

    public static TheoryData<int, int> EachExampleBothWays
    {
        get
        {
            var data = new TheoryData<int, int>();
            for (var example = 0; example < JsonExamples.All.Count; example++)
            {
                for (var way = 0; way < JsonExamples.Ways.Count; way++)
                {
                    data.Add(example, way);
                }
            }

            return data;
        }
    }

    [Theory]
    [MemberData(nameof(EachExampleBothWays))]
    public void Every_value_round_trips_unchanged(int example, int way)
    {
        var (type, value) = JsonExamples.All[example];
        var options = JsonExamples.Ways[way];

        var json = JsonSerializer.Serialize(value, type, options);
        var back = JsonSerializer.Deserialize(json, type, options)!;

        back.Should().BeOfType(type.IsInterface ? back.GetType() : value.GetType());
        back.Should().BeEquivalentTo(value, equal => equal.RespectingRuntimeTypes().ComparingRecordsByMembers(), json);
        JsonSerializer.Serialize(back, type, options).Should().Be(json);
    }

    [Theory]
    [MemberData(nameof(EachExampleBothWays))]
    public void JavaScript_reads_every_number_exactly(int example, int way)
    {
        var (type, value) = JsonExamples.All[example];

        foreach (var (path, number) in Numbers(JsonSerializer.SerializeToNode(value, type, JsonExamples.Ways[way]), "$"))
        {
            // As JSON.parse does: the nearest double.
            double.Parse(number, CultureInfo.InvariantCulture).ToString("F0", CultureInfo.InvariantCulture).Should().Be(number, path);
            long.Parse(number, CultureInfo.InvariantCulture).Should().BeInRange(-MaxSafeInteger, MaxSafeInteger, path);
        }
    }

    [Fact]
    public void A_message_in_JSON() =>
        JsonSerializer.Serialize(JsonExamples.Edited with { User = "bob", Text = "hi" }, ChatJsonContext.Default.Message).Should().Be(
            """{"id":9000000000000000,"user":"bob","text":"hi","timestamp":"2026-11-23T07:20:09.447123+00:00","editedAt":"2026-11-23T07:20:09.447124+00:00","version":2147483647,"metadata":{"lang":"en","Case Kept":""},"idempotencyKey":"phone-1","replyTo":9000000000000000,"mentions":["\u0026moderator","*","@b\u00F6b"]}""");

    [Fact]
    public void A_message_in_JSON_has_its_attachments_and_previews_if_there_are_any() =>
        JsonSerializer.Serialize(JsonExamples.Plain with { Attachments = [JsonExamples.Picture, JsonExamples.Report], Previews = [new LinkPreview { Address = "http://a.example", Title = "a" }] }, ChatJsonContext.Default.Message)
            .Should().Be(
            """{"id":1,"user":"alice","text":"hello","timestamp":"1970-01-01T00:00:00+00:00","version":1,"metadata":{},"attachments":[{"kind":"image","name":"k\u00E4tzchen \u00221\u0022.png","mediaType":"image/png","size":9007199254740991,"address":"files/1?room=lobby","preview":{"text":"two\nlines","address":"files/2","width":640,"height":480}},{"kind":"x-report","name":"report.pdf","mediaType":"application/pdf","size":0,"address":"7"}],"previews":[{"address":"http://a.example","title":"a"}]}""");

    [Fact]
    public void An_event_in_JSON_begins_with_its_kind_and_has_its_position_as_a_token() =>
        JsonExamples.Events.Select(happened => JsonSerializer.Serialize(happened switch
        {
            RoomEvent.Created => new RoomEvent.Created(JsonExamples.Plain, new RoomPosition(255, 1, 2, 3)),
            _ => happened,
        }, ChatJsonContext.Default.RoomEvent)).Should().Equal(
            """{"kind":"created","message":{"id":1,"user":"alice","text":"hello","timestamp":"1970-01-01T00:00:00+00:00","version":1,"metadata":{}},"position":"ff.1.2.3"}""",
            """{"kind":"edited","message":{"id":1,"user":"alice","text":"hello","timestamp":"1970-01-01T00:00:00+00:00","version":1,"metadata":{}},"position":"0.0.0.0"}""",
            $$"""{"kind":"deleted","messageId":9000000000000000,"user":"mod","deletedAt":"2026-11-23T07:20:09.447123+00:00","reason":"spam","position":"{{JsonExamples.Position}}"}""",
            $$"""{"kind":"reacted","messageId":9000000000000000,"reactions":[{"emoji":"\uD83D\uDC4D","count":2,"own":1},{"emoji":":shipit:","count":1,"own":0}],"user":"alice","position":"{{JsonExamples.Position}}"}""",
            $$"""{"kind":"gap","position":"{{JsonExamples.Position}}"}""",
            $$"""{"kind":"caughtUp","position":"{{JsonExamples.Position}}"}""",
            $$"""{"kind":"heartbeat","position":"{{JsonExamples.Position}}"}""",
            $$"""{"kind":"entered","user":"b\u00F6b","count":9000000000000000,"position":"{{JsonExamples.Position}}"}""",
            """{"kind":"left","user":"b\u00F6b","count":0,"position":"0.0.0.0"}""",
            $$"""{"kind":"presenceChanged","count":10000,"position":"{{JsonExamples.Position}}"}""",
            $$"""{"kind":"typing","user":"b\u00F6b","duration":"00:00:06","until":"2026-11-23T07:20:09.447123+00:00","position":"{{JsonExamples.Position}}"}""",
            $$"""{"kind":"failed","position":"{{JsonExamples.Position}}"}""",
            $$"""{"kind":"memberChanged","member":{"user":"b\u00F6b","role":"member","joinedAt":"1970-01-01T00:00:00+00:00","mute":{"until":"1970-01-01T00:00:00+00:00","by":"mod"},"isMember":true},"by":"mod","reason":"spam","position":"{{JsonExamples.Position}}"}""",
            $$"""{"kind":"rulesChanged","rules":{"everyone":"Read, Join, Send, ChangeOwn, React","roles":[{"name":"owner","rights":"All"}],"slowMode":"00:00:00","flood":{"burst":5,"refill":"00:00:02"},"isArchived":false},"by":"olga","position":"{{JsonExamples.Position}}"}""",
            $$"""{"kind":"readMarkerMoved","user":"b\u00F6b","messageId":9000000000000000,"movedAt":"2026-11-23T07:20:09.447123+00:00","position":"{{JsonExamples.Position}}"}""",
            $$$"""{"kind":"aboutChanged","about":{"name":"b\u00F6b","topic":"\uD83D\uDC4D","metadata":{"Case Kept":""}},"by":"olga","position":"{{{JsonExamples.Position}}}"}""",
            $$"""{"kind":"roomDeleted","by":"olga","position":"{{JsonExamples.Position}}"}""",
            $$"""{"kind":"pinned","messageId":9000000000000000,"by":"olga","pinnedAt":"2026-11-23T07:20:09.447123+00:00","position":"{{JsonExamples.Position}}"}""",
            $$"""{"kind":"unpinned","messageId":9000000000000000,"by":"olga","position":"{{JsonExamples.Position}}"}""",
            $$$"""{"kind":"threadChanged","messageId":9000000000000000,"thread":{"count":9000000000000000,"lastReplyId":9000000000000000,"lastReplyAt":"1970-01-01T00:00:00+00:00","participants":["b\u00F6b","alice"]},"position":"{{{JsonExamples.Position}}}"}""",
            $$"""{"kind":"partWritten","messageId":9000000000000000,"offset":16000,"text":"part\n","position":"{{JsonExamples.Position}}"}""",
            $$"""{"kind":"trimmed","below":9000000000000000,"position":"{{JsonExamples.Position}}"}""",
            $$$"""{"kind":"writingEnded","message":{"id":1,"user":"alice","text":"hello","timestamp":"1970-01-01T00:00:00+00:00","version":1,"metadata":{},"writing":"Abandoned"},"position":"{{{JsonExamples.Position}}}"}""",
            $$"""{"kind":"previewsChanged","messageId":9000000000000000,"previews":[{"address":"https://example.org/\u00E4?b=c","title":"\u003C/script\u003E","description":"two\nlines","image":"https://example.org/i.png","siteName":"Example"},{"address":"http://a.example","title":"a"}],"position":"{{JsonExamples.Position}}"}""",
            $$"""{"kind":"previewsChanged","messageId":1,"previews":[],"position":"{{JsonExamples.Position}}"}""",
            $$"""{"kind":"deletedMany","messageIds":[7,9000000000000000],"user":"mod","deletedAt":"2026-11-23T07:20:09.447123+00:00","reason":"spam","position":"{{JsonExamples.Position}}"}""",
            $$"""{"kind":"userErased","messageIds":[7,9000000000000000],"position":"{{JsonExamples.Position}}"}""",
            $$"""{"kind":"userErased","messageIds":[],"position":"{{JsonExamples.Position}}"}""");

    [Fact]
    public void The_error_of_a_failed_room_is_not_in_the_JSON() =>
        JsonSerializer.Serialize(
            new WatchedRoomEvent("lobby", new RoomEvent.Failed(RoomPosition.Start) { Error = new ChatException("secret") }), ChatJsonContext.Default.WatchedRoomEvent)
            .Should().Be("""{"room":"lobby","event":{"kind":"failed","position":"0.0.0.0"}}""");

    [Fact]
    public void Each_kind_of_event_has_its_camel_case_name_in_JSON()
    {
        var kinds = typeof(RoomEvent).GetNestedTypes().Where(type => type.IsSubclassOf(typeof(RoomEvent))).ToList();

        typeof(RoomEvent).GetCustomAttributes<JsonDerivedTypeAttribute>().Select(kind => (kind.DerivedType, (string)kind.TypeDiscriminator!))
            .Should().BeEquivalentTo(kinds.Select(type => (type, JsonNamingPolicy.CamelCase.ConvertName(type.Name))));
        JsonExamples.Events.Select(happened => happened.GetType()).Distinct().Should().BeEquivalentTo(kinds, "each has an example");
        kinds.Should().OnlyContain(type => ChatJsonContext.Default.GetTypeInfo(type) != null);
    }

    [Fact]
    public void The_parents_of_a_page_in_JSON() =>
        JsonSerializer.Serialize(
            new MessagePage
            {
                Messages = [],
                Position = RoomPosition.Start,
                Parents = new Dictionary<long, ReplyParent> { [1] = new() { Message = JsonExamples.Plain }, [7] = new() { IsDeleted = true } },
            },
            ChatJsonContext.Default.MessagePage)
        .Should().Contain(
            """
            "parents":{"1":{"message":{"id":1,"user":"alice","text":"hello","timestamp":"1970-01-01T00:00:00+00:00","version":1,"metadata":{}},"isDeleted":false},"7":{"isDeleted":true}}
            """);

    [Fact]
    public void A_page_in_JSON_has_no_key_names()
    {
        foreach (var options in JsonExamples.Ways)
        {
            JsonSerializer.Serialize(JsonExamples.Page, options).Should().NotContain("the-key").And.NotContain("the-field");
        }

        JsonSerializer.Serialize(JsonExamples.Page with { Messages = [] }, ChatJsonContext.Default.MessagePage).Should().Be(
            $$"""{"messages":[],"position":"{{JsonExamples.Position}}","hasOlder":true,"hasNewer":false,"reactions":{},"parents":{},"threads":{},"tombstones":[],"unreadable":[{"id":7},{}]}""");
    }

    [Fact]
    public void Health_in_JSON_says_why_a_step_failed() =>
        JsonSerializer.Serialize(new ChatHealth(new(true, TimeSpan.FromMilliseconds(1)), new(false, TimeSpan.FromSeconds(2), "Why."), new(true, default)), ChatJsonContext.Default.ChatHealth)
            .Should().Be("""{"connection":{"works":true,"took":"00:00:00.0010000"},"write":{"works":false,"took":"00:00:02","error":"Why."},"live":{"works":true,"took":"00:00:00"},"isHealthy":false}""");

    [Fact]
    public void A_finding_in_JSON_has_its_severity_by_name() =>
        JsonSerializer.Serialize(new ServerFinding(ServerFindingSeverity.Problem, "code", "what", "why"), ChatJsonContext.Default.ServerFinding).Should().Be(
            """{"severity":"Problem","code":"code","what":"what","why":"why"}""");

    [Fact]
    public void Properties_left_out_in_JSON_have_their_defaults()
    {
        foreach (var options in JsonExamples.Ways.Select(way => new JsonSerializerOptions(way) { PropertyNameCaseInsensitive = true }))
        {
            JsonSerializer.Deserialize<MessageQuery>("{}", options).Should().Be(MessageQuery.Newest);
            JsonSerializer.Deserialize<MessageQuery>("""{"before":7}""", options).Should().Be(new MessageQuery { Before = 7 });
            JsonSerializer.Deserialize<NewMessage>("""{"user":"alice","text":"hi"}""", options)!.Metadata.Should().BeEmpty();
            JsonSerializer.Deserialize<NewMessage>("""{"user":"alice","text":"hi","metadata":null}""", options)!.Metadata.Should().BeEmpty();
            JsonSerializer.Deserialize<Message>("""{"id":1,"user":"alice","text":"hello","timestamp":"1970-01-01T00:00:00Z","version":1}""", options)
                .Should().Be(JsonExamples.Plain);
            JsonSerializer.Deserialize<MessagePage>("""{"messages":[],"position":"0.0.0.0"}""", options)!.Should().BeEquivalentTo(new MessagePage { Messages = [], Position = default });
        }
    }

    public static TheoryData<string, Type> Refused => new()
    {
        { """{"text":"no user"}""", typeof(NewMessage) },
        { """{"id":1,"user":"alice","text":"no version","timestamp":"1970-01-01T00:00:00Z"}""", typeof(Message) },
        { """{"messages":[]}""", typeof(MessagePage) },
        { """{"kind":"unheard of","position":"0.0.0.0"}""", typeof(RoomEvent) },
        { "1", typeof(RoomPosition) },
        { "null", typeof(RoomPosition) },
        { "\"\"", typeof(RoomPosition) },
        { "\"1.2.3\"", typeof(RoomPosition) },
        { "\"1.2.-3.4\"", typeof(RoomPosition) },
        { "{}", typeof(RoomPosition) },
    };

    [Theory]
    [MemberData(nameof(Refused))]
    public void Other_JSON_is_refused(string json, Type type)
    {
        foreach (var options in JsonExamples.Ways.Select(way => new JsonSerializerOptions(way) { PropertyNameCaseInsensitive = true }))
        {
            FluentActions.Invoking(() => JsonSerializer.Deserialize(json, type, options)).Should().Throw<JsonException>();
        }
    }

    [Fact]
    public async Task A_watched_room_can_be_written_as_a_stream()
    {
        var written = new MemoryStream();

        await JsonSerializer.SerializeAsync(written, WatchAsync(), ChatJsonContext.Default.IAsyncEnumerableRoomEvent, TestContext.Current.CancellationToken);

        written.Position = 0;
        var read = new List<RoomEvent?>();
        await foreach (var happened in JsonSerializer.DeserializeAsyncEnumerable(written, ChatJsonContext.Default.RoomEvent, TestContext.Current.CancellationToken))
        {
            read.Add(happened);
        }

        read.Should().Equal(JsonExamples.Events);

        static async IAsyncEnumerable<RoomEvent> WatchAsync()
        {
            foreach (var happened in JsonExamples.Events)
            {
                await Task.Yield();
                yield return happened;
            }
        }
    }

    [Fact]
    public void Every_type_that_the_chat_and_its_facets_return_is_in_the_context()
    {
        Type[] handles = [typeof(Chat), typeof(ChatRoom)];
        var facets = handles.SelectMany(handle => handle.GetProperties()).Select(property => property.PropertyType).Where(type => type.Assembly == typeof(Chat).Assembly);

        handles.Concat(facets).Append(typeof(IServerInspection)).SelectMany(type => type.GetMethods())
            .Where(method => method.Name.EndsWith("Async", StringComparison.Ordinal) && method.ReturnType.IsGenericType)
            .Select(method => method.ReturnType.GetGenericTypeDefinition() == typeof(Task<>) ? method.ReturnType.GetGenericArguments()[0] : method.ReturnType)
            .Where(type => !type.IsAssignableTo(typeof(IAsyncDisposable)) && type != typeof(ChatRoom))
            .Should().HaveCountGreaterThan(10).And.OnlyContain(type => ChatJsonContext.Default.GetTypeInfo(type) != null);
    }

    private static IEnumerable<(string Path, string Number)> Numbers(JsonNode? node, string path) => node switch
    {
        JsonObject properties => properties.SelectMany(property => Numbers(property.Value, $"{path}.{property.Key}")),
        JsonArray items => items.SelectMany((item, index) => Numbers(item, $"{path}[{index}]")),
        JsonValue value when value.GetValueKind() == JsonValueKind.Number => [(path, value.ToJsonString())],
        _ => [],
    };
}
