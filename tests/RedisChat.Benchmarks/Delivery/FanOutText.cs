using System.Buffers.Text;
using System.Globalization;
using RedisChat.Benchmarks.Texts;

namespace RedisChat.Benchmarks.Delivery;

/// <summary>Texts that begin with their number, of the usual length.</summary>
internal static class FanOutText
{
    private static readonly string[] Texts = [.. NaturalTexts.Embedded.Messages(seed: 4).Take(128)];

    public static string Of(int number) => string.Create(CultureInfo.InvariantCulture, $"{number} {Texts[number % Texts.Length]}");

    public static int NumberOf(ReadOnlySpan<char> text) => int.Parse(text[..text.IndexOf(' ')], CultureInfo.InvariantCulture);

    public static int NumberOf(ReadOnlySpan<byte> text) => Utf8Parser.TryParse(text, out int number, out _) ? number : throw new FormatException();
}
