using RedisChat.Benchmarks.Texts;

namespace RedisChat.Benchmarks.Send;

/// <summary>Who sends what where. All ways to send are given the same.</summary>
internal sealed record Sender(string Room, string User, string Text)
{
    public static Sender[] InRooms(IReadOnlyList<string> rooms)
    {
        var texts = NaturalTexts.Embedded.Messages(seed: 1).Take(rooms.Count).ToArray();
        return [.. rooms.Select((room, i) => new Sender(room, $"user{i:d4}", texts[i]))];
    }
}
