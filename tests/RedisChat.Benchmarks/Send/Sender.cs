using RedisChat.Benchmarks.Texts;

namespace RedisChat.Benchmarks.Send;

/// <summary>A sender with its room and texts, the same for all ways to send.</summary>
internal sealed record Sender(string Room, string User, string Text)
{
    public static Sender[] InRooms(IReadOnlyList<string> rooms)
    {
        var texts = NaturalTexts.Embedded.Messages(seed: 1).Take(rooms.Count).ToArray();
        return [.. rooms.Select((room, i) => new Sender(room, $"user{i:d4}", texts[i]))];
    }
}
