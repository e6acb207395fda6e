namespace RedisChat.WebChat.Previews;

internal static class PreviewSetup
{
    /// <summary>Adds link previews to a chat.</summary>
    public static IRedisChatBuilder AddPreviews(this IRedisChatBuilder builder, WebChatSettings settings)
    {
        builder.Services.AddSingleton<RoomLinks>().AddSingleton(_ => new PageReader(new AllowedSites(settings.PreviewHosts, settings.PreviewNetworks)));
        return builder.AddLinkPreviewer<LinkPreviews>().Configure(options => options.Previews.Timeout = TimeSpan.FromSeconds(5));
    }
}
