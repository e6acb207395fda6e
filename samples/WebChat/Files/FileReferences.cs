namespace RedisChat.WebChat.Files;

/// <summary>Lets a message refer only to files that its author has uploaded to its room, and only as what they are.</summary>
internal sealed class FileReferences(FileStore files) : IMessageFilter
{
    public async ValueTask<FilterDecision> FilterAsync(FilteredMessage message, CancellationToken cancellationToken = default)
    {
        foreach (var attachment in message.Attachments ?? [])
        {
            if (!FileAddress.TryParse(attachment.Address, out var room, out var id) || room != message.Room
                || await files.FindAsync(room, id, cancellationToken) is not { } file || file.User != message.User || !file.IsThat(attachment) || attachment.Preview is { Address: not null } || !files.Keep(file))
            {
                return FilterDecision.Refuse("A message can refer only to files that its author has uploaded to this room.");
            }
        }

        return FilterDecision.Accept;
    }
}
