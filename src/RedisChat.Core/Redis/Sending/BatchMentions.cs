using System.Globalization;
using System.Text;

namespace RedisChat.Redis;

/// <summary>The sorted sets that the mentions of a batch go into, each once, and the words that tell the script which mention goes where.</summary>
internal sealed class BatchMentions
{
    private readonly List<string> _keys = [];
    private readonly Dictionary<string, int> _indexes = new(StringComparer.Ordinal);

    /// <summary>The keys of the sorted sets.</summary>
    public IReadOnlyList<string> Keys => _keys;

    /// <summary>Collects the sets.</summary>
    /// <param name="sends">The sends of the call.</param>
    /// <param name="names">Names the keys.</param>
    /// <param name="room">The room.</param>
    /// <param name="next">The index that the first set will have among the keys; the others follow.</param>
    public void Find(IReadOnlyList<PendingSend> sends, KeyNames names, string room, int next)
    {
        _keys.Clear();
        _indexes.Clear();
        foreach (var send in sends)
        {
            for (var i = 0; i < send.Count; i++)
            {
                foreach (var mention in send[i].Mentions)
                {
                    if (MentionIndex.Has(mention, send[i].User) && MentionIndex.Key(names, room, mention) is var key && _indexes.TryAdd(mention.ToString(), next + _keys.Count))
                    {
                        // Roles and everyone share a set.
                        var before = _keys.IndexOf(key);
                        if (before < 0)
                        {
                            _keys.Add(key);
                        }
                        else
                        {
                            _indexes[mention.ToString()] = next + before;
                        }
                    }
                }
            }
        }
    }

    /// <summary>The script's words for the mentions of a message: for each, a line break, the index of its set, and the mention.</summary>
    public string Words(NewMessage message)
    {
        var words = new StringBuilder();
        foreach (var mention in message.Mentions)
        {
            if (MentionIndex.Has(mention, message.User))
            {
                words.Append(CultureInfo.InvariantCulture, $"\n{_indexes[mention.ToString()]}{mention}");
            }
        }

        return words.ToString();
    }
}
