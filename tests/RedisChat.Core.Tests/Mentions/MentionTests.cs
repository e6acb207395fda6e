using System.Text.Json;

namespace RedisChat.Tests.Mentions;

public sealed class MentionTests
{
    [Fact]
    public void A_mention_is_a_word_and_is_read_back_from_it()
    {
        foreach (var (mention, word) in new[] { (Mention.User("ann"), "@ann"), (Mention.User("@ *"), "@@ *"), (Mention.Role("vip-2"), "&vip-2"), (Mention.Everyone, "*") })
        {
            mention.ToString().Should().Be(word);
            Mention.TryParse(word, out var parsed).Should().BeTrue();
            parsed.Should().Be(mention);
        }
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("@")]
    [InlineData("&")]
    [InlineData("**")]
    [InlineData("ann")]
    [InlineData("&Moderator")]
    [InlineData("&a b")]
    [InlineData("@a\nb")]
    public void No_other_text_is_a_mention(string? word) => Mention.TryParse(word, out _).Should().BeFalse();

    [Fact]
    public void Ids_and_names_are_checked()
    {
        Assert.Throws<ChatInputException>(() => Mention.User("")).ParamName.Should().Be("id");
        Assert.Throws<ChatInputException>(() => Mention.User("a\u0007"));
        Assert.Throws<ChatInputException>(() => Mention.User("\ud800"));
        Assert.Throws<ChatInputException>(() => Mention.User(new string('x', ChatLimits.MaxIdBytes + 1)));
        Assert.Throws<ChatInputException>(() => Mention.Role("Moderator")).ParamName.Should().Be("name");
        Assert.Throws<ChatInputException>(() => Mention.Role(""));
        Assert.Throws<ChatInputException>(() => Mention.Role(null!));
    }

    [Fact]
    public void The_mentions_of_a_message_are_copied_each_once_in_a_fixed_order()
    {
        Mention[] given = [Mention.User("bob"), Mention.Everyone, Mention.User("bob"), Mention.Role("vip"), Mention.User("ann")];
        var message = new NewMessage("carol", "hello") { Mentions = [.. given] };
        given[0] = Mention.User("eve");

        message.Mentions.Should().Equal(Mention.Role("vip"), Mention.Everyone, Mention.User("ann"), Mention.User("bob"));
        (message with { Mentions = [.. message.Mentions.Reverse()] }).Mentions.Should().Equal(message.Mentions);
        Assert.Throws<ChatInputException>(() => new NewMessage("carol", "hello") { Mentions = [null!] });
        (message with { Mentions = [] }).Mentions.Should().BeEmpty();
        new NewMessage("carol", "hello") { Mentions = [.. given], IsKeyGenerated = true }.Mentions.Should().HaveCount(5);
        new NewMessage("carol", "hello") { IsKeyGenerated = true, Mentions = [.. given] }.IsKeyGenerated.Should().BeTrue();
    }

    [Fact]
    public async Task More_mentions_than_the_limit_and_null_are_refused_before_anything_is_sent()
    {
        var chat = new Chat(new InMemoryMessageStore());
        Mention[] most = [.. Enumerable.Range(0, ChatLimits.MaxMentions).Select(i => Mention.User($"user {i}"))];
        var token = TestContext.Current.CancellationToken;
        await chat.SendAsync("lobby", new NewMessage("ann", "hello") { Mentions = [.. most] }, token);

        (await RefusedAsync(() => chat.SendAsync("lobby", new NewMessage("ann", "hello") { Mentions = [.. most, Mention.Everyone] }, token))).Should().Be("message.Mentions");
        (await RefusedAsync(() => chat.EditAsync("lobby", 1, "ann", new MessageEdit("hello") { Mentions = [.. most, Mention.Everyone] }, token))).Should().Be("mentions");
        (await RefusedAsync(() => chat.EditAsync("lobby", 1, "ann", new MessageEdit(""), token))).Should().Be("text");
        (await RefusedAsync(() => chat.Room("lobby").Mentions.ListAsync("", cancellationToken: token))).Should().Be("user");
        (await RefusedAsync(() => chat.Room("lobby").Mentions.ListAsync("ann", 0, cancellationToken: token))).Should().Be("before");
        (await RefusedAsync(() => chat.Room("lobby").Mentions.ListAsync("ann", limit: 0, cancellationToken: token))).Should().Be("limit");
        (await chat.ReceiveAsync("lobby", cancellationToken: token)).Messages.Should().ContainSingle().Which.Version.Should().Be(1);

        static async Task<string?> RefusedAsync(Func<Task> call) => (await Assert.ThrowsAsync<ChatInputException>(call)).ParamName;
    }

    [Fact]
    public void Json_is_the_word()
    {
        var message = new NewMessage("ann", "hello") { Mentions = [Mention.User("bob"), Mention.Everyone] };

        var json = JsonSerializer.Serialize(message, ChatJsonContext.Default.NewMessage);

        json.Should().Contain("""
            "mentions":["*","@bob"]
            """.Trim());
        JsonSerializer.Deserialize(json, ChatJsonContext.Default.NewMessage)!.Mentions.Should().Equal(message.Mentions);
        Assert.Throws<JsonException>(() => JsonSerializer.Deserialize("""{"user":"a","text":"b","mentions":["bob"]}""", ChatJsonContext.Default.NewMessage));
        Assert.Throws<JsonException>(() => JsonSerializer.Deserialize("""{"user":"a","text":"b","mentions":[7]}""", ChatJsonContext.Default.NewMessage));
        JsonSerializer.Deserialize("""{"user":"a","text":"b","mentions":null}""", ChatJsonContext.Default.NewMessage)!.Mentions.Should().BeEmpty();
    }

    [Fact]
    public void Messages_that_mention_others_are_not_equal()
    {
        var message = new Message { Id = 1, User = "ann", Text = "hello", Timestamp = default, Mentions = [Mention.User("bob"), Mention.Everyone] };

        (message with { Mentions = [Mention.Everyone, Mention.User("bob")] }).Should().Be(message);
        (message with { Mentions = [Mention.Everyone] }).Should().NotBe(message);
        (message with { Mentions = [] }).Should().NotBe(message);
    }
}
