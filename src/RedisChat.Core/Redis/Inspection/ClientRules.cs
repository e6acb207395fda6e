using System.Globalization;
using static RedisChat.ServerFindingSeverity;

namespace RedisChat.Redis;

/// <summary>Checks when the server disconnects clients.</summary>
internal static class ClientRules
{
    private const long SmallBuffer = 1 << 20;

    public static IEnumerable<ServerFinding> Find(ServerFacts server, ClientSetup client) => [.. SubscriberBuffer(server), .. IdleTime(server, client)];

    private static IEnumerable<ServerFinding> SubscriberBuffer(ServerFacts server)
    {
        // "normal 0 0 0 slave 268435456 67108864 60 pubsub 33554432 8388608 60": for each class the hard limit, the soft limit, and its seconds.
        var limits = server.Setting("client-output-buffer-limit")?.Split(' ') ?? [];
        var at = Array.IndexOf(limits, "pubsub");
        if (at < 0 || at + 3 >= limits.Length || !TryRead(limits[at + 1], out var hard) || !TryRead(limits[at + 2], out var soft))
        {
            yield break;
        }

        var what = $"client-output-buffer-limit is {string.Join(' ', limits[at..(at + 4)])}.";
        if (hard == 0 && soft == 0)
        {
            yield return Fixed(new ServerFinding(
                Warning, ServerFindingCodes.SubscriberBufferUnlimited, what,
                "A process that stops reading its live events fills the server's memory with them."));
        }
        else if (hard is > 0 and < SmallBuffer || soft is > 0 and < SmallBuffer)
        {
            yield return Fixed(new ServerFinding(
                Warning, ServerFindingCodes.SubscriberBufferSmall, what,
                "A small burst of live events disconnects processes. They lose nothing, but must resubscribe and reread all rooms."));
        }
    }

    private static ServerFinding Fixed(ServerFinding finding) =>
        finding.FixedBySetting("client-output-buffer-limit", "pubsub 33554432 8388608 60");

    private static bool TryRead(string text, out long number) => long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number);

    private static IEnumerable<ServerFinding> IdleTime(ServerFacts server, ClientSetup client)
    {
        // Redis exempts subscribers; it closes the command connection.
        if (TryRead(server.Setting("timeout") ?? "", out var timeout) && timeout > 0 && timeout <= client.KeepAliveSeconds)
        {
            yield return new ServerFinding(
                Warning, ServerFindingCodes.IdleConnectionsClosed,
                $"timeout is {timeout} s, and the client is silent for up to {client.KeepAliveSeconds} s (keepAlive).",
                "The server keeps closing the connection of a quiet chat, and the first send after that is delayed.")
                .FixedBySetting("timeout", "0") with
            { Advice = $"Or configure the client with a keepAlive below {timeout}." };
        }
    }
}
