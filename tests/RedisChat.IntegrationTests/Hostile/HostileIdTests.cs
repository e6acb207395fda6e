using RedisChat.Conformance;

namespace RedisChat.IntegrationTests.Hostile;

/// <summary>Whatever the names of rooms and users and whatever the texts, each message is read back in its room, by its author and unchanged.</summary>
public sealed class HostileIdTests(TestServer server)
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_message_is_read_back_only_in_its_room_and_by_its_user() =>
        await Fuzz.RunAsync(async random =>
        {
            await using var store = new RedisMessageStore(server.Connection, new RedisStoreOptions { KeyPrefix = $"fuzz-{Guid.NewGuid():n}" });
            var chat = new Chat(store);
            var rooms = Enumerable.Range(0, random.Next(2, 8)).Select(_ => random.Id()).Distinct().ToList();
            var users = Enumerable.Range(0, random.Next(1, 5)).Select(_ => random.Id()).Distinct().ToList();
            var logs = rooms.ToDictionary(room => room, room => new WatchLog(chat.WatchAsync(room)));
            await Task.WhenAll(logs.Values.Select(log => log.CaughtUpAsync()));

            var used = new HashSet<(string Room, string User, string Key)>();
            var expected = rooms.ToDictionary(room => room, _ => new List<Message>());
            for (var sends = random.Next(1, 20); sends > 0; sends--)
            {
                var room = random.OneOf(rooms.ToArray());
                var (user, key) = (random.OneOf(users.ToArray()), random.Id());
                var message = new NewMessage(user, random.Text())
                {
                    IdempotencyKey = used.Add((room, user, key)) ? key : null,
                    Metadata = Enumerable.Range(0, random.Next(4)).ToDictionary(n => $"{n}{random.Text()}", _ => random.Text()),
                };
                var receipt = await chat.SendAsync(room, message, Cancelled);
                receipt.IsDuplicate.Should().BeFalse();
                expected[room].Add(new Message
                {
                    Id = receipt.Id,
                    User = user,
                    Text = message.Text,
                    Timestamp = receipt.Timestamp,
                    Metadata = message.Metadata,
                    IdempotencyKey = message.IdempotencyKey,
                });
            }

            foreach (var room in rooms)
            {
                (await chat.ReceiveAsync(room, cancellationToken: Cancelled)).Messages.Should().Equal(expected[room]);
                foreach (var user in users)
                {
                    (await chat.ReceiveAsync(room, new MessageQuery { User = user }, Cancelled)).Messages
                        .Should().Equal(expected[room].Where(message => message.User == user));
                }

                await logs[room].UntilAsync(log => log.Room.Count >= expected[room].Count);
                logs[room].Room.Should().Equal(expected[room]);
                await logs[room].DisposeAsync();
            }
        });

    [Fact]
    public async Task An_edit_keeps_any_text_as_written() =>
        await Fuzz.RunAsync(async random =>
        {
            await using var store = new RedisMessageStore(server.Connection, new RedisStoreOptions { KeyPrefix = $"fuzz-{Guid.NewGuid():n}" });
            var chat = new Chat(store);
            var (room, user, metadata) = (random.Id(), random.Id(), new Dictionary<string, string> { [random.Text()] = random.Text() });
            await chat.SendAsync(room, new NewMessage(user, random.Text()) { Metadata = metadata }, Cancelled);
            for (var edits = random.Next(1, 5); edits > 0; edits--)
            {
                var text = random.Text();
                var edited = await chat.EditAsync(room, 1, user, text, Cancelled);

                edited!.Text.Should().Be(text);
                (await chat.GetAsync(room, 1, Cancelled)).Should().Be(edited);
                edited.Metadata.Should().Equal(metadata);
            }
        });
}
