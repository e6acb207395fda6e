using System.Text;
using Microsoft.AspNetCore.SignalR;
using Microsoft.AspNetCore.SignalR.Client;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using RedisChat.AspNetCore;
using RedisChat.IntegrationTests;

namespace RedisChat.Web.Tests;

/// <summary>Messages that a client writes part by part, by a request or over the hub.</summary>
public sealed class WritingEndpointTests(TestServer server) : EndpointTests(server)
{
    private const string Lines = "application/x-ndjson";
    private const string Plain = "text/plain; charset=utf-8";

    [Fact]
    public async Task A_text_grows_while_it_is_sent_and_the_end_of_the_body_completes_it()
    {
        await using var node = await StartAsync();
        await using var watch = node.Chat.WatchAsync("lobby", RoomPosition.Start, Limit.Token).GetAsyncEnumerator(Limit.Token);
        var body = new StreamedContent(Plain).Write("Hel");
        var writing = PostAsync(node.As("bot"), body);

        (await NextAsync<RoomEvent.Created>(watch)).Message.Should().Match<Message>(message => message.User == "bot" && message.Text == "Hel" && message.Writing == WritingState.InProgress);

        // The character is split in the middle.
        var smile = Encoding.UTF8.GetBytes(" 😀");
        body.Write(smile[..3]);
        body.Write(smile[3..]);
        string grown = "Hel";
        while (grown != "Hel 😀")
        {
            grown += (await NextAsync<RoomEvent.PartWritten>(watch)).Text;
        }

        body.End();
        var answer = (await writing).Expect(201);
        (answer["id"], answer["text"], answer["version"], answer["writing"]).Should().Be(("1", "Hel 😀", "1", null));
        answer.Location.Should().Be("/chat/rooms/lobby/messages/1");
        (await NextAsync<RoomEvent.WritingEnded>(watch)).Message.Writing.Should().BeNull();
    }

    [Fact]
    public async Task Lines_begin_with_the_message_and_go_on_with_parts()
    {
        await using var node = await StartInMemoryAsync();
        await node.Chat.SendAsync("lobby", "alice", "question");
        var body = new StreamedContent(Lines)
            .Write("""{"replyTo":1,"mentions":["@alice"],"metadata":{"model":"x"},"idempotencyKey":"k"}""").Write("\n\n\"An \"\n\"ans").Write("wer\"\r\n\n\".\"").End();

        var answer = (await PostAsync(node.As("bot"), body)).Expect(201);

        (answer["text"], answer["replyTo"], answer["mentions.0"], answer["metadata.model"]).Should().Be(("An answer.", "1", "@alice", "x"));
        (await PostAsync(node.As("bot"), new StreamedContent(Lines).Write("""{"text":"again","idempotencyKey":"k"}""").End())).ExpectProblem(409, "key-conflict");
        (await node.Chat.ReceiveAsync("lobby", cancellationToken: Cancelled)).Messages.Should().HaveCount(2);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task What_is_written_has_its_attachments_and_expires(bool isInMemory)
    {
        await using var node = isInMemory ? await StartInMemoryAsync() : await StartAsync();
        var body = new StreamedContent(Lines).Write(
            """{"expiresAfter":3600,"attachments":[{"kind":"file","name":"a.txt","mediaType":"text/plain","size":3,"address":"files/a"}]}""").Write("\n\"a\"\n\"b\"").End();

        var answer = (await PostAsync(node.As("bot"), body)).Expect(201);

        (answer["text"], answer["attachments.0.address"], answer["writing"]).Should().Be(("ab", "files/a", null));
        (await node.Chat.GetAsync("lobby", 1, Cancelled))!.Should().Match<Message>(
            message => message.Attachments.Count == 1 && message.ExpiresAt == message.Timestamp + TimeSpan.FromHours(1));
    }

    [Theory]
    [InlineData(Plain, "", 400, "invalid", "text")]
    [InlineData(Lines, "", 400, "invalid", "text")]
    [InlineData(Lines, "\"a\"", 400, "invalid", null)]
    [InlineData(Lines, "{\"text\":5}", 400, "invalid", "text")]
    [InlineData(Lines, "{\"text\":\"a\",\"mentions\":[\"a\"]}", 400, "invalid", "mentions")]
    [InlineData(Lines, "{\"text\":\"a\",\"expiresAfter\":0}", 400, "invalid", "expiresAfter")]
    [InlineData(Lines, "{\"text\":\"a\",\"attachments\":[null]}", 400, "invalid", "attachments")]
    [InlineData(Lines, "{\"replyTo\":9}", 409, "parent-not-found", null)]
    [InlineData(Lines + "; charset=utf-16", "{}", 415, "not-text", null)]
    [InlineData("application/json", "{\"text\":\"a\"}", 415, "not-text", null)]
    public async Task What_cannot_be_begun_is_refused_and_nothing_is_stored(string type, string body, int status, string code, string? parameter)
    {
        await using var node = await StartInMemoryAsync();

        (await PostAsync(node.As("bot"), new StreamedContent(type).Write(body).End())).ExpectProblem(status, code, parameter: parameter);

        (await node.Chat.ReceiveAsync("lobby", cancellationToken: Cancelled)).Messages.Should().BeEmpty();
    }

    [Theory]
    [InlineData("\n5", 400, "invalid", "some")]
    [InlineData("\n{\"text\":\"a\"}", 400, "invalid", "some")]
    [InlineData("\n\"\\ud800 \"", 400, "invalid", "some")]
    public async Task A_part_that_is_not_valid_ends_the_message_with_what_came_before(string more, int status, string code, string text)
    {
        await using var node = await StartInMemoryAsync();

        (await PostAsync(node.As("bot"), new StreamedContent(Lines).Write($$"""{"text":"{{text}}"}""" + more).End())).ExpectProblem(status, code);

        var message = await node.Chat.GetAsync("lobby", 1, Cancelled);
        (message!.Text, message.Writing).Should().Be((text, WritingState.Abandoned));
    }

    [Fact]
    public async Task A_text_or_a_line_that_is_too_long_is_refused()
    {
        await using var node = await StartInMemoryAsync(options => options.MaxBodyBytes = 1024);

        (await PostAsync(node.As("bot"), new StreamedContent(Plain).Write(new string('a', 10_000)).Write(new string('a', 10_000)).End())).ExpectProblem(400, "invalid", parameter: "text");
        (await PostAsync(node.As("bot"), new StreamedContent(Lines).Write("{}\n\"" + new string('a', 2000)).End())).ExpectProblem(413, "too-large");
    }

    [Fact]
    public async Task A_client_that_disappears_leaves_an_abandoned_message()
    {
        await using var node = await StartAsync();
        await using var watch = node.Chat.WatchAsync("lobby", RoomPosition.Start, Limit.Token).GetAsyncEnumerator(Limit.Token);
        var body = new StreamedContent(Plain).Write("half of");
        var writing = PostAsync(node.As("bot"), body);
        await NextAsync<RoomEvent.Created>(watch);

        body.Break();

        await writing.Invoking(task => task).Should().ThrowAsync<HttpRequestException>();
        (await NextAsync<RoomEvent.WritingEnded>(watch)).Message.Should().Match<Message>(message => message.Text == "half of" && message.Writing == WritingState.Abandoned);
    }

    [Fact]
    public async Task A_client_that_is_silent_for_too_long_leaves_an_abandoned_message()
    {
        var time = new FakeTimeProvider(DateTimeOffset.UtcNow);
        await using var node = await StartInMemoryAsync(
            options => options.WritingTimeout = TimeSpan.FromSeconds(1), services: services => services.AddSingleton<TimeProvider>(time));

        var body = new StreamedContent(Lines).Write("{\"text\":\"wait\"}\n");
        var writing = PostAsync(node.As("bot"), body);
        await Poll.UntilAsync(async () => await node.Chat.GetAsync("lobby", 1, Cancelled) is not null, "the message is begun");
        time.Advance(TimeSpan.FromSeconds(1));
        await IsOverAsync(node, 1, body);
        body.End();
        (await writing).ExpectProblem(408, "too-slow");
    }

    [Fact]
    public async Task A_ban_a_deletion_and_a_revocation_end_the_writing()
    {
        await using var node = await StartAsync();
        await node.Chat.Room("lobby").Members.SetRoleAsync("olga", RoomRole.Owner, Actor.Application);
        await using var watch = node.Chat.WatchAsync("lobby", RoomPosition.Start, Limit.Token).GetAsyncEnumerator(Limit.Token);

        foreach (var (user, status, code, reason) in new[] { ("banned", 403, "forbidden", "banned"), ("deleted", 409, "writing", null), ("revoked", 401, "revoked", (string?)null) })
        {
            var body = new StreamedContent(Plain).Write("some");
            var writing = PostAsync(node.As(user), body);
            var id = (await NextAsync<RoomEvent.Created>(watch)).Message.Id;
            await (user switch
            {
                "banned" => (Task)node.Chat.Room("lobby").Members.BanAsync(user, Actor.Application),
                "deleted" => node.Chat.Room("lobby").DeleteAsync(id, Actor.Application),
                _ => node.Chat.RevokeAsync(user),
            });

            // Each part is checked when it is stored, and the next one reports it.
            await IsOverAsync(node, id, body, " more");
            body.Write(" rest").End();
            (await writing).ExpectProblem(status, code, reason);
        }
    }

    [Fact]
    public async Task After_the_history_of_revocations_was_lost_the_next_one_still_ends_the_writing()
    {
        await using var redis = await RedisProcess.StartAsync();
        await using var admin = await redis.ConnectAsync();
        await using var node = await WebNode.StartAsync(redis.Configuration, "chatroom");
        await node.Chat.RevokeAsync("mallory", Cancelled);
        var body = new StreamedContent(Plain).Write("some");
        var writing = PostAsync(node.As("bot"), body);
        await Poll.UntilAsync(async () => await node.Chat.GetAsync("lobby", 1, Cancelled) is not null, "the message is begun");

        await admin.GetDatabase().KeyDeleteAsync(["chatroom:{user:%}", "chatroom:{user:%}:changed"]);
        await node.Chat.RevokeAsync("mallory", Cancelled);

        await Poll.UntilAsync(
            async () =>
            {
                await node.Chat.RevokeAsync("bot", Cancelled);
                return (await node.Chat.GetAsync("lobby", 1, Cancelled))!.Writing == WritingState.Abandoned;
            },
            "the writing is over");
        body.End();
        (await writing).ExpectProblem(401, "revoked");
    }

    [Fact]
    public async Task The_application_may_forbid_it_and_is_asked_again()
    {
        var table = new TableAccess.Table { Rights = _ => RoomRights.All & ~RoomRights.Send };
        await using var node = await StartInMemoryAsync(
            options => options.AccessInterval = TimeSpan.FromSeconds(1), chat => chat.AddAccess<TableAccess>(), services => services.AddSingleton(table));
        (await PostAsync(node.As("bot"), new StreamedContent(Plain).Write("a").End())).ExpectProblem(403, "forbidden", "access");
        table.Rights = _ => RoomRights.Send;
        (await PostAsync(node.As("bot"), new StreamedContent(Lines).Write("""{"text":"a","mentions":["*"]}""").End())).ExpectProblem(403, "forbidden", "access");

        var body = new StreamedContent(Plain).Write("some");
        var writing = PostAsync(node.As("bot"), body);
        await Poll.UntilAsync(async () => await node.Chat.GetAsync("lobby", 1, Cancelled) is not null, "the message is begun");
        table.Rights = _ => RoomRights.Read;
        await IsOverAsync(node, 1, body, ".");
        body.End();
        (await writing).ExpectProblem(403, "forbidden", "access");
    }

    [Fact]
    public async Task A_user_writes_so_many_messages_at_a_time()
    {
        await using var node = await StartInMemoryAsync(options => options.MaxWritersPerUser = 1);
        var body = new StreamedContent(Plain).Write("one");
        var writing = PostAsync(node.As("bot"), body);
        await Poll.UntilAsync(async () => await node.Chat.GetAsync("lobby", 1, Cancelled) is not null, "the message is begun");

        (await PostAsync(node.As("bot"), new StreamedContent(Plain).Write("two").End())).ExpectProblem(429, "too-many", "writers");
        (await PostAsync(node.As("other"), new StreamedContent(Plain).Write("two").End())).Expect(201);
        body.End();
        (await writing).Expect(201);
        (await PostAsync(node.As("bot"), new StreamedContent(Plain).Write("two").End())).Expect(201);
    }

    [Fact]
    public async Task The_hub_writes_from_a_stream_while_other_calls_go_on()
    {
        await using var node = await StartAsync();
        await using var bot = await HubClient.ConnectAsync(node, "bot");
        await bot.Connection.InvokeAsync("Open", new OpenRoomRequest("lobby"), Limit.Token);
        await bot.ReadEventAsync<RoomEvent.CaughtUp>("lobby");
        var parts = System.Threading.Channels.Channel.CreateUnbounded<string>();
        var writing = bot.Connection.InvokeAsync<Message>("Write", "lobby", new SendRequest { Text = "" }, parts.Reader.ReadAllAsync(Limit.Token), Limit.Token);
        parts.Writer.TryWrite("Hello");
        await WrittenAsync("Hello");

        (await bot.Connection.InvokeAsync<MessageReceipt>("Send", "lobby", new SendRequest { Text = "meanwhile" }, Limit.Token)).Id.Should().Be(2);
        parts.Writer.TryWrite(" world");
        parts.Writer.Complete();

        (await writing).Should().Match<Message>(message => message.Id == 1 && message.Text == "Hello world" && message.Writing == null);
        (await bot.ReadEventAsync<RoomEvent.WritingEnded>("lobby")).Message.Writing.Should().BeNull();
        var failing = System.Threading.Channels.Channel.CreateUnbounded<string>();
        failing.Writer.TryWrite("half");
        var refused = bot.Connection.InvokeAsync<Message>("Write", "lobby", new SendRequest(), failing.Reader.ReadAllAsync(Limit.Token), Limit.Token);
        await WrittenAsync("half");
        failing.Writer.Complete(new InvalidOperationException("The model failed."));
        await refused.Invoking(task => task).Should().ThrowAsync<HubException>();
        (await bot.ReadEventAsync<RoomEvent.WritingEnded>("lobby")).Message.Writing.Should().Be(WritingState.Abandoned);

        // The message comes as it is when it is read, so it may have its first part already.
        async Task WrittenAsync(string text)
        {
            for (var read = ""; read != text;)
            {
                read += (await bot.ReadAsync<WatchedRoomEvent>()).Event switch
                {
                    RoomEvent.Created created => created.Message.Text,
                    RoomEvent.PartWritten part => part.Text,
                    _ => "",
                };
            }
        }
    }

    /// <summary>Goes on writing until the message is no longer in progress.</summary>
    private static Task IsOverAsync(WebNode node, long id, StreamedContent body, string more = "") => Poll.UntilAsync(
        async () =>
        {
            body.Write(more);
            return (await node.Chat.GetAsync("lobby", id, Cancelled))?.Writing != WritingState.InProgress && (await node.Chat.ReceiveAsync("lobby", cancellationToken: Cancelled)).Position.MessageId >= id;
        },
        "the writing is over");

    private static async Task<T> NextAsync<T>(IAsyncEnumerator<RoomEvent> watch)
        where T : RoomEvent
    {
        while (await watch.MoveNextAsync())
        {
            if (watch.Current is T found)
            {
                return found;
            }
        }

        throw new InvalidOperationException("The watching has ended.");
    }

    private static async Task<HttpJson.Reply> PostAsync(HttpClient client, HttpContent body)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "rooms/lobby/writing") { Content = body };
        request.Headers.TransferEncodingChunked = true;
        return await client.ReadAsync(request);
    }
}
