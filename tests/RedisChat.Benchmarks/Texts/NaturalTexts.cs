using System.Text;
using RedisChat.Redis;

namespace RedisChat.Benchmarks.Texts;

/// <summary>
/// Messages of about 120 bytes of natural language. What they are is not all the same: a server that compresses gains from repetition, so what
/// is near to each other is as different as in a book.
/// </summary>
internal sealed class NaturalTexts
{
    public const int MaxBytes = 120;
    public const int FewestSentences = 200;

    private static readonly Lazy<NaturalTexts> FromAssembly = new(ReadEmbedded);

    private readonly string[] _sentences;

    public NaturalTexts(IEnumerable<string> sentences)
    {
        _sentences = [.. sentences.Distinct()];
        if (_sentences.Length < FewestSentences)
        {
            throw new ArgumentException($"{_sentences.Length} sentences are too few to avoid repetition.", nameof(sentences));
        }
    }

    /// <summary>From books in the public domain, in several languages.</summary>
    public static NaturalTexts Embedded => FromAssembly.Value;

    /// <summary>Messages without end, each another one than the 128 before it, and each at most a word shorter than the limit. The same seed gives the same ones.</summary>
    public IEnumerable<string> Messages(int seed)
    {
        var random = new Random(seed);
        var order = (string[])_sentences.Clone();
        random.Shuffle(order);
        var text = "";
        var recent = new Queue<string>();
        while (true)
        {
            // All sentences come before one comes again; then with other neighbours, but each within its quarter: so it does not come
            // again too soon.
            for (var quarter = 0; quarter < 4; quarter++)
            {
                random.Shuffle(order.AsSpan()[(order.Length * quarter / 4)..(order.Length * (quarter + 1) / 4)]);
            }

            foreach (var sentence in order)
            {
                text = text.Length == 0 ? sentence : $"{text} {sentence}";
                while (Encoding.UTF8.GetByteCount(text) > MaxBytes)
                {
                    var message = Cut.ToBytes(text, MaxBytes);
                    if (!recent.Contains(message))
                    {
                        yield return message;
                        recent.Enqueue(message);
                    }

                    if (recent.Count > Buckets.Size)
                    {
                        recent.Dequeue();
                    }

                    // The next message starts with the part that did not fit.
                    text = text[message.Length..].TrimStart();
                }
            }
        }
    }

    private static NaturalTexts ReadEmbedded()
    {
        using var stream = typeof(NaturalTexts).Assembly.GetManifestResourceStream("passages.txt")
            ?? throw new InvalidOperationException("The passages are missing from the assembly.");
        using var reader = new StreamReader(stream);
        var passages = reader.ReadToEnd().Split('\n').Where(line => line.Length > 0 && line[0] != '#');
        return new NaturalTexts(passages.SelectMany(Cut.IntoSentences));
    }
}
