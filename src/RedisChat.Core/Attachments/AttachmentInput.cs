using System.Buffers;
using System.Net.Http.Headers;

namespace RedisChat;

/// <summary>Checks attachments before any I/O.</summary>
internal static class AttachmentInput
{
    private const int MostKindCharacters = 32;
    private const int MostPixels = 65_535;
    private const long MostBytes = (1L << 53) - 1;

    private static readonly SearchValues<char> KindCharacters = SearchValues.Create("abcdefghijklmnopqrstuvwxyz0123456789-");

    public static void Check(AttachmentList attachments, string name)
    {
        if (attachments.Count > ChatLimits.MaxAttachments)
        {
            throw new ChatInputException($"The message has {attachments.Count} attachments; at most {ChatLimits.MaxAttachments} are allowed.", name);
        }

        for (var i = 0; i < attachments.Count; i++)
        {
            Check(attachments[i], $"{name}[{i}]");
        }
    }

    private static void Check(Attachment attachment, string name)
    {
        if (attachment.Kind is not { Length: > 0 and <= MostKindCharacters } kind || kind.AsSpan().ContainsAnyExcept(KindCharacters))
        {
            throw new ChatInputException($"A kind has 1 to {MostKindCharacters} lower-case ASCII letters, digits and hyphens.", $"{name}.{nameof(attachment.Kind)}");
        }

        CheckWord(attachment.Name, ChatLimits.MaxAttachmentNameBytes, $"{name}.{nameof(attachment.Name)}");
        CheckWord(attachment.Address, ChatLimits.MaxAttachmentAddressBytes, $"{name}.{nameof(attachment.Address)}");
        CheckWord(attachment.MediaType, ChatLimits.MaxMediaTypeBytes, $"{name}.{nameof(attachment.MediaType)}");
        if (!MediaTypeHeaderValue.TryParse(attachment.MediaType, out _))
        {
            throw new ChatInputException("A media type is one like \"image/png\".", $"{name}.{nameof(attachment.MediaType)}");
        }

        if (attachment.Size is < 0 or > MostBytes)
        {
            throw new ChatInputException($"A size must be from 0 to {MostBytes} bytes.", $"{name}.{nameof(attachment.Size)}");
        }

        if (attachment.Preview is { } preview)
        {
            Check(preview, $"{name}.{nameof(attachment.Preview)}");
        }
    }

    private static void Check(AttachmentPreview preview, string name)
    {
        if (preview.Text is { } text)
        {
            ChatInput.CheckLength(text, ChatLimits.MaxAttachmentTextBytes, $"{name}.{nameof(preview.Text)}");
        }

        if (preview.Address is { } address)
        {
            CheckWord(address, ChatLimits.MaxAttachmentAddressBytes, $"{name}.{nameof(preview.Address)}");
        }

        if (preview.Width is < 1 or > MostPixels || preview.Height is < 1 or > MostPixels)
        {
            throw new ChatInputException($"A width and a height must be from 1 to {MostPixels} pixels.", name);
        }
    }

    private static void CheckWord(string text, int mostBytes, string name)
    {
        ChatInput.CheckLine(text, mostBytes, name);
        if (text.Length == 0)
        {
            throw new ChatInputException("The text must not be empty.", name);
        }
    }
}
