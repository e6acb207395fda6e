using System.Globalization;
using System.Text;

namespace RedisChat.IntegrationTests.Hostile;

/// <summary>Values that break unprepared code.</summary>
internal static class Hostile
{
    /// <summary>Texts that are not, or only just, a number in this library's format.</summary>
    public static readonly string[] Numbers =
    [
        "-1", "-5", "0", "-0", "+5", "007", "1.5", "1e3", "1e300", "0x10", "nan", "-nan", "inf", "-inf", " 5", "5 ", "", "5\n", "5\0", "٤", "1,000",
        "9000000000000000", "9000000000000001", "9007199254740991", "9007199254740993", "9223372036854775807", "9223372036854775808",
        "-9223372036854775808", "18446744073709551615", "18446744073709551616", new string('9', 400), "ffffffffffffffff", "fffffffffffffffff", "many",
    ];

    /// <summary>Texts that look like something else: of this library, of Redis, of JSON, of Lua, of a terminal or a browser.</summary>
    public static readonly string[] Texts =
    [
        "}", "{", "{}", "{x}:m:0", "a}:m:0", ":", "::", "%", "%7D", "%u0041", "m:0", "u:alice", "live", "changed", "sent:1", "sealed", "*", "?", "[a-z]", "\\*", "^",
        "chatroom:{lobby}", "$6", "*3", "KEYS[1]", "' .. redis.call('FLUSHALL') .. '", "]] redis.call('FLUSHALL') --", "return redis.call('FLUSHALL')",
        "\"", "\\", "\\u0000", "\\\"", "\",\"u\":\"mallory\",\"c\":\"", "{\"t\":1,\"u\":\"mallory\",\"c\":\"x\"}", "c 1 1 1 0 0", "1:2:3", "1,2,3,",
        new string('[', 100), "null", "true", "0", "-1", "1e999", "</script><script>", "<!--", "%s%n", "${jndi:x}", "../../etc", "\u2028\u2029", "\ufeff",
        "\u202eevil", "e\u0301", "\u00e9", "😀", "👩‍👩‍👧", "\ud83c\udff4\udb40\udc67", "İstanbul", "ıI", "ﬁ", "مرحبا", "שלום", "\uffff", "\ufffd", "а", "a", "A", " ", "  ", "a ",
    ];

    /// <summary>Content that only a text may have: control characters, the server's protocol, a terminal's commands.</summary>
    public static readonly string[] ControlTexts =
        ["\0", "\n", "\r\n", "\r\n*1\r\n$8\r\nFLUSHALL\r\n", "\u001b[2J\u001b]0;owned\u0007", "\t", "\u007f", "\u0085", "x\n{\"t\":1,\"u\":\"m\",\"c\":\"y\"}"];

    public static T OneOf<T>(this Random random, params T[] choices) => choices[random.Next(choices.Length)];

    /// <summary>An id that <see cref="Chat"/> accepts.</summary>
    public static string Id(this Random random)
    {
        var id = new StringBuilder();
        for (var parts = random.Next(1, 4); parts > 0; parts--)
        {
            id.Append(random.OneOf(Texts));
        }

        // At the limit in bytes, which is not the limit in characters.
        var padding = ChatLimits.MaxIdBytes - Encoding.UTF8.GetByteCount(id.ToString());
        return padding switch
        {
            < 0 => random.OneOf(Texts.Where(text => text.Length < 100).ToArray()),
            > 0 when random.Next(10) == 0 => id.Append('x', padding).ToString(),
            _ => id.ToString(),
        };
    }

    /// <summary>A text that <see cref="Chat"/> accepts.</summary>
    public static string Text(this Random random)
    {
        var text = new StringBuilder();
        for (var parts = random.Next(1, 6); parts > 0; parts--)
        {
            text.Append(random.Next(3) == 0 ? random.OneOf(ControlTexts) : random.OneOf(Texts));
        }

        return text.ToString();
    }

    public static byte[] Bytes(this Random random, int most)
    {
        var bytes = new byte[random.Next(most + 1)];
        random.NextBytes(bytes);
        return bytes;
    }

    /// <summary>The same value with some bytes changed, cut, doubled or inserted.</summary>
    public static byte[] Mutated(this Random random, byte[] original)
    {
        var bytes = original.ToList();
        for (var changes = random.Next(1, 4); changes > 0; changes--)
        {
            var at = random.Next(bytes.Count + 1);
            var length = Math.Min(random.Next(1, 8), bytes.Count - at);
            switch (random.Next(6))
            {
                case 0 when at < bytes.Count:
                    bytes[at] = (byte)random.Next(256);
                    break;
                case 1:
                    bytes.RemoveRange(at, length);
                    break;
                case 2:
                    bytes.InsertRange(at, bytes.GetRange(at, length));
                    break;
                case 3:
                    bytes.InsertRange(at, Encoding.UTF8.GetBytes(random.OneOf(random.OneOf(Numbers, Texts, ControlTexts))));
                    break;
                case 4:
                    bytes.RemoveRange(at, bytes.Count - at);
                    break;
                default:
                    bytes.Insert(at, (byte)random.OneOf("{}[]\",:\\ \n0-9tucmve".ToCharArray()));
                    break;
            }
        }

        return [.. bytes];
    }

    /// <summary>A value in the place of a number.</summary>
    public static string Number(this Random random) =>
        random.Next(3) switch
        {
            0 => random.Next(-1000, 1000).ToString(CultureInfo.InvariantCulture),
            1 => random.NextInt64().ToString(CultureInfo.InvariantCulture),
            _ => random.OneOf(Numbers),
        };
}
