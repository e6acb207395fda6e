namespace RedisChat;

/// <summary>Checks link previews before any I/O.</summary>
internal static class PreviewInput
{
    public static void Check(LinkPreviewList previews, string name)
    {
        if (previews.Count > ChatLimits.MaxLinkPreviews)
        {
            throw new ChatInputException($"There are {previews.Count} previews; at most {ChatLimits.MaxLinkPreviews} are allowed.", name);
        }

        for (var i = 0; i < previews.Count; i++)
        {
            Check(previews[i], $"{name}[{i}]");
        }
    }

    /// <summary>Checks one preview.</summary>
    public static void Check(LinkPreview preview, string name)
    {
        if (preview.Address is null || LinkFinder.Find(preview.Address) is not [var link] || link != preview.Address)
        {
            throw new ChatInputException("The address must be a link as it is in the text.", $"{name}.{nameof(preview.Address)}");
        }

        ChatInput.CheckLine(preview.Title, ChatLimits.MaxPreviewTitleBytes, $"{name}.{nameof(preview.Title)}");
        if (preview.Title.Length == 0)
        {
            throw new ChatInputException("A title must not be empty.", $"{name}.{nameof(preview.Title)}");
        }

        if (preview.SiteName is { } site)
        {
            ChatInput.CheckLine(site, ChatLimits.MaxPreviewTitleBytes, $"{name}.{nameof(preview.SiteName)}");
        }

        if (preview.Description is { } description)
        {
            ChatInput.CheckLength(description, ChatLimits.MaxPreviewTextBytes, $"{name}.{nameof(preview.Description)}");
        }

        if (preview.Image is { } image)
        {
            ChatInput.CheckLine(image, ChatLimits.MaxLinkBytes, $"{name}.{nameof(preview.Image)}");
            if (!Uri.TryCreate(image, UriKind.Absolute, out var uri) || (uri.Scheme != Uri.UriSchemeHttp && uri.Scheme != Uri.UriSchemeHttps))
            {
                throw new ChatInputException("The address of an image must be an absolute http or https URI.", $"{name}.{nameof(preview.Image)}");
            }
        }
    }
}
