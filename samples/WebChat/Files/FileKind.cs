using System.Text;

namespace RedisChat.WebChat.Files;

/// <summary>What a file is, found out from its content: neither its name nor what the browser says is trusted.</summary>
/// <param name="Kind">The kind of the attachment.</param>
/// <param name="MediaType">The media type with which it is served.</param>
/// <param name="Extensions">What its name may end with. A page that is called <c>cat.png</c> is a text, and those are not called so.</param>
internal sealed record FileKind(string Kind, string MediaType, params string[] Extensions)
{
    /// <summary>So many bytes at the beginning tell all kinds but texts.</summary>
    public const int HeadBytes = 16;

    private static readonly FileKind Png = new(AttachmentKinds.Image, "image/png", ".png");
    private static readonly FileKind Jpeg = new(AttachmentKinds.Image, "image/jpeg", ".jpg", ".jpeg");
    private static readonly FileKind Gif = new(AttachmentKinds.Image, "image/gif", ".gif");
    private static readonly FileKind WebP = new(AttachmentKinds.Image, "image/webp", ".webp");
    private static readonly FileKind Pdf = new(AttachmentKinds.File, "application/pdf", ".pdf");
    private static readonly FileKind Text = new(AttachmentKinds.File, "text/plain", ".txt", ".md", ".csv", ".log");

    /// <summary>The kind of a file; <see langword="null"/> if it is none of those that are allowed.</summary>
    /// <param name="head">Its first bytes.</param>
    /// <param name="isText">Whether all of it is text: see <see cref="TextCheck"/>.</param>
    public static FileKind? Of(ReadOnlySpan<byte> head, bool isText) =>
        head.StartsWith(new byte[] { 0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A }) ? Png
        : head.StartsWith(new byte[] { 0xFF, 0xD8, 0xFF }) ? Jpeg
        : head.StartsWith("GIF87a"u8) || head.StartsWith("GIF89a"u8) ? Gif
        : head.Length >= 12 && head.StartsWith("RIFF"u8) && head[8..].StartsWith("WEBP"u8) ? WebP
        : head.StartsWith("%PDF-"u8) ? Pdf
        : isText ? Text
        : null;

    /// <summary>Whether a file of this kind may have a name.</summary>
    public bool MayBeCalled(string name) => Extensions.Contains(Path.GetExtension(name), StringComparer.OrdinalIgnoreCase);

    /// <summary>Checks part by part whether bytes are UTF-8 without control characters.</summary>
    public sealed class TextCheck
    {
        private readonly Decoder _decoder = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true).GetDecoder();
        private readonly char[] _characters = new char[4096];

        public bool IsText { get; private set; } = true;

        public void Add(ReadOnlySpan<byte> bytes, bool isLast)
        {
            while (IsText && (bytes.Length > 0 || isLast))
            {
                try
                {
                    _decoder.Convert(bytes, _characters, isLast, out var used, out var count, out var isCompleted);
                    IsText = !HasControls(_characters.AsSpan(0, count));
                    bytes = bytes[used..];
                    if (isCompleted)
                    {
                        return;
                    }
                }
                catch (DecoderFallbackException)
                {
                    IsText = false;
                }
            }
        }

        private static bool HasControls(ReadOnlySpan<char> characters)
        {
            foreach (var character in characters)
            {
                if (char.IsControl(character) && character is not ('\t' or '\n' or '\r'))
                {
                    return true;
                }
            }

            return false;
        }
    }
}
