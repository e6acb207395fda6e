using RedisChat.Benchmarks.Texts;
using RedisChat.IntegrationTests.Redis.Erasure;

namespace RedisChat.Benchmarks.Life;

/// <summary>The rooms, and what is in them: plain messages, whose number and texts are known, and something of every feature.</summary>
internal static class LifeRooms
{
    /// <summary>The authors of the plain messages begin with this.</summary>
    public const string Members = "member-";

    /// <summary>Took part in the rooms with even numbers.</summary>
    public const string Removed = "rosalind-who-goes";

    /// <summary>Took part in the rooms with odd numbers.</summary>
    public const string Anonymized = "zebulon-who-hides";

    private const int Users = 50;
    private const int Featured = 20;

    public static string NameOf(int room) => $"life-{room:d5}";

    /// <summary>The key of a room's hash.</summary>
    public static string KeyOf(string room, string part = "") => $"chatroom:{{{room}}}{part}";

    /// <summary>The user who took part in a room and is erased later.</summary>
    public static string ErasedIn(int room) => room % 2 == 0 ? Removed : Anonymized;

    /// <summary>The plain messages of a room.</summary>
    public static IEnumerable<NewMessage> Plain(int room, int count) =>
        NaturalTexts.Embedded.Messages(room).Take(count).Select((text, n) => new NewMessage($"{Members}{(room + n) % Users}", $"{n}: {text}"));

    /// <summary>Creates a room, in which something of every feature happens. Nobody may have sent to it before.</summary>
    public static async Task UseFeaturesAsync(LifeChat to, int number, CancellationToken cancellationToken)
    {
        var (chat, id, user) = (to.Chat, NameOf(number), ErasedIn(number));
        var room = chat.Room(id);
        await EveryFeature.UseAsync(chat, to.Store, id, user, $"other-{number % 10}", cancellationToken, Featured);
        await room.Rules.ChangeAsync(Actor.Application, rules => rules with { SlowMode = TimeSpan.Zero }, cancellationToken);
        await chat.Rooms.DescribeAsync(id, Actor.Application, about => about with { Name = $"Room {number}", Topic = "Life" }, cancellationToken);
        var attached = await room.SendAsync(
            new NewMessage(user, EveryFeature.Secret) { Attachments = [Picture("first")], Metadata = new Dictionary<string, string> { ["lang"] = "en" } }, cancellationToken);
        await room.EditAsync(attached.Id, user, new MessageEdit($"{EveryFeature.Secret} http://link.example/") { Attachments = [Picture("second")] }, cancellationToken);
        await room.Previews.SetAsync(
            attached.Id, [new LinkPreview { Address = "http://link.example/", Title = "a link", Description = "where it leads", SiteName = "example" }], cancellationToken);
        await room.SendAsync(new NewMessage(user, EveryFeature.Secret) { ExpiresAfter = TimeSpan.FromDays(1), ReplyTo = 6 }, cancellationToken);
    }

    /// <summary>Sends the plain messages of a room.</summary>
    public static async Task SendPlainAsync(LifeChat to, int number, int count, CancellationToken cancellationToken)
    {
        foreach (var messages in Plain(number, count).Chunk(ChatLimits.MaxBatchSize))
        {
            await to.Chat.SendManyAsync(NameOf(number), messages, cancellationToken);
        }
    }

    private static Attachment Picture(string name) =>
        new() { Kind = "image", Name = $"{name}.png", MediaType = "image/png", Size = 7, Address = $"pictures/{name}", Preview = new AttachmentPreview { Text = name } };
}
