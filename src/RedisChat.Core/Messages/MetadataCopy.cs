using System.Collections.ObjectModel;

namespace RedisChat;

/// <summary>Metadata that the caller can no longer change.</summary>
internal sealed class MetadataCopy : ReadOnlyDictionary<string, string>
{
    private MetadataCopy(Dictionary<string, string> entries)
        : base(entries)
    {
    }

    /// <summary>Empty metadata.</summary>
    public static MetadataCopy None { get; } = new(new Dictionary<string, string>(0));

    /// <summary>Copies metadata, unless it is already a copy.</summary>
    public static MetadataCopy Of(IReadOnlyDictionary<string, string> metadata)
    {
        if (metadata is MetadataCopy copy)
        {
            return copy;
        }

        var entries = new Dictionary<string, string>(metadata, StringComparer.Ordinal);
        return entries.Count == 0 ? None : new MetadataCopy(entries);
    }
}
