namespace RedisChat.Benchmarks.Life;

/// <summary>Words that nobody else writes, in every place that is encrypted.</summary>
internal sealed class MarkerWords
{
    /// <summary>What each word begins with: to search for it is to search for all of them.</summary>
    public const string Prefix = "qzxwkv";

    private const int AtOnce = 8;

    private static readonly Place[] Places =
    [
        new("text", async (room, user, word) => await room.SendAsync(user, word), async (room, user, id) => (await room.GetAsync(id))!.Text),
        new(
            "metadata", async (room, user, word) => await room.SendAsync(new NewMessage(user, "text") { Metadata = new Dictionary<string, string> { ["key"] = word } }),
            async (room, user, id) => (await room.GetAsync(id))!.Metadata["key"]),
        new(
            "name of metadata", async (room, user, word) => await room.SendAsync(new NewMessage(user, "text") { Metadata = new Dictionary<string, string> { [word] = "value" } }),
            async (room, user, id) => (await room.GetAsync(id))!.Metadata.Keys.Single()),
        new(
            "edit", async (room, user, word) => await EditAsync(room, user, "text", word), async (room, user, id) => (await room.GetAsync(id))!.Text),
        new(
            "earlier version", async (room, user, word) => await EditAsync(room, user, word, "text"),
            async (room, user, id) => (await room.Versions.ListAsync(id, Actor.Application)).Single().Text),
        new(
            "attachment", async (room, user, word) => await room.SendAsync(new NewMessage(user, "text") { Attachments = [Named(word)] }),
            async (room, user, id) => (await room.GetAsync(id))!.Attachments[0].Name),
        new("preview", PreviewAsync, async (room, user, id) => (await room.GetAsync(id))!.Previews[0].Title),
        new("part of a message", WriteAsync, async (room, user, id) => (await room.GetAsync(id))!.Text),
        new(
            "thread", async (room, user, word) =>
            {
                var parent = await room.SendAsync(user, "text");
                await room.Thread(parent.Id).SendAsync(user, word);
                return parent;
            },
            async (room, user, id) => (await room.Thread(id).ReceiveAsync()).Messages.Single().Text),
        new(
            "scheduled", async (room, user, word) =>
            {
                await room.Schedule.AddAsync(new NewMessage(user, word), DateTimeOffset.UtcNow.AddDays(2));
                return null;
            },
            async (room, user, id) => (await room.Schedule.ListAsync(user)).Single().Message.Text),
    ];

    private readonly (string Word, Place? Place, string Room, string User, long Id)[] _words;

    /// <summary>Chooses words.</summary>
    /// <param name="scale">How many, and for which rooms.</param>
    public MarkerWords(LifeScale scale)
    {
        var random = new Random(scale.Seed);
        _words = [.. Enumerable.Range(0, scale.Words).Select(n => (
            $"{Prefix}{random.NextInt64():x16}{n}", n % (Places.Length + 1) is var place && place < Places.Length ? Places[place] : null, LifeRooms.NameOf(n % scale.Rooms), $"writer-{n}", 0L))];
    }

    /// <summary>How many there are.</summary>
    public int Count => _words.Length;

    /// <summary>Writes a part of the words. Those without a place become drafts.</summary>
    public Task WriteAsync(Chat chat, Range part) => ForEachAsync(part, async n =>
    {
        var (word, place, room, user, _) = _words[n];
        if (place is null)
        {
            await chat.User(user).Drafts.SaveAsync(room, word);
        }
        else if (await place.Write(chat.Room(room), user, word) is { } receipt)
        {
            _words[n].Id = receipt.Id;
        }
    });

    /// <summary>Reads all words.</summary>
    /// <returns>Those that are not where they were written.</returns>
    public async Task<List<string>> FindMissingAsync(Chat chat)
    {
        var missing = new List<string>();
        await ForEachAsync(.., async n =>
        {
            var (word, place, room, user, id) = _words[n];
            var read = place is null ? (await chat.User(user).Drafts.GetAsync(room))?.Text : await place.Read(chat.Room(room), user, id);
            if (read?.Contains(word, StringComparison.Ordinal) != true)
            {
                lock (missing)
                {
                    missing.Add($"{place?.Name ?? "draft"} of {room}: {read}");
                }
            }
        });
        return missing;
    }

    private static async Task<MessageReceipt?> EditAsync(ChatRoom room, string user, string text, string later)
    {
        var receipt = await room.SendAsync(user, text);
        await room.EditAsync(receipt.Id, user, later);
        return receipt;
    }

    private static async Task<MessageReceipt?> PreviewAsync(ChatRoom room, string user, string word)
    {
        var address = $"http://{word}.example/";
        var receipt = await room.SendAsync(user, address);
        await room.Previews.SetAsync(receipt.Id, [new LinkPreview { Address = address, Title = word }]);
        return receipt;
    }

    private static async Task<MessageReceipt?> WriteAsync(ChatRoom room, string user, string word)
    {
        await using var writer = await room.BeginAsync(new NewMessage(user, "text "), new WritingOptions { Interval = TimeSpan.Zero });
        await writer.AppendAsync(word);
        await writer.FlushAsync();
        await writer.CompleteAsync();
        return writer.Receipt;
    }

    private static Attachment Named(string name) => new() { Kind = "image", Name = name, MediaType = "image/png", Size = 7, Address = $"pictures/{name}" };

    private Task ForEachAsync(Range part, Func<int, ValueTask> action)
    {
        var (first, count) = part.GetOffsetAndLength(_words.Length);
        return Parallel.ForEachAsync(Enumerable.Range(first, count), new ParallelOptions { MaxDegreeOfParallelism = AtOnce }, (n, _) => action(n));
    }

    private sealed record Place(string Name, Func<ChatRoom, string, string, Task<MessageReceipt?>> Write, Func<ChatRoom, string, long, Task<string>> Read);
}
