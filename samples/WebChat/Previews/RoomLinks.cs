using System.Globalization;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;

namespace RedisChat.WebChat.Previews;

/// <summary>Links to rooms and messages of this chat: <c>https://node/#/room/{room}/{message}</c>. They are read from the chat, not from the network.</summary>
internal sealed partial class RoomLinks(IServiceProvider services, IServer server, WebChatSettings settings)
{
    /// <summary>Whether a link leads to one of the nodes.</summary>
    public bool IsOurs(Uri link) =>
        settings.Nodes.Concat(server.Features.Get<IServerAddressesFeature>()?.Addresses ?? []).Contains(link.GetLeftPart(UriPartial.Authority), StringComparer.OrdinalIgnoreCase);

    /// <summary>The preview of a link; <see langword="null"/> if it leads to no room, or to one that not everyone may read: those who see the preview need not be its members.</summary>
    public async Task<LinkPreview?> PreviewAsync(Uri link, CancellationToken cancellationToken)
    {
        // Asked for when it is needed: the chat is made with the previewer.
        var chat = services.GetRequiredService<Chat>();
        var match = Link().Match(link.Fragment);
        var id = Uri.UnescapeDataString(match.Groups["room"].Value);
        try
        {
            if (!match.Success || ThreadId.TryParse(id, out _) || await chat.Rooms.GetInfoAsync(id, cancellationToken) is not { Exists: true } room || !room.Rules.Everyone.HasFlag(RoomRights.Read))
            {
                return null;
            }

            var message = long.TryParse(match.Groups["message"].ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? await chat.GetAsync(id, number, cancellationToken) : null;
            return match.Groups["message"].Success && message is null ? null : new LinkPreview
            {
                Address = link.OriginalString,
                Title = room.About?.Name is { Length: > 0 } name ? name : id,

                // Not what the message says, nor whose it is: the preview would still show that when the message is deleted.
                Description = message is null ? room.About?.Topic : string.Create(CultureInfo.InvariantCulture, $"A message from {message.Timestamp.UtcDateTime:d MMMM yyyy}"),
                SiteName = "WebChat",
            };
        }
        catch (ChatInputException)
        {
            return null;
        }
    }

    [GeneratedRegex("^#/room/(?<room>[^/]+)(?:/(?:thread/)?(?<message>[0-9]+))?$")]
    private static partial Regex Link();
}
