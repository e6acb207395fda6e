using System.Globalization;
using System.Text;

namespace RedisChat.Redis;

/// <summary>The sorted sets that the mentions of a batch go into, each once, and the words that tell the script which mention goes where.</summary>
internal sealed class BatchMentions
{
    private readonly List<string> _keys = [];
    private readonly Dictionary<Mention, int> _indexes = [];

    /// <summary>Collects the sets.</summary>
    /// <param name="sends">The sends of the call.</param>
    /// <param name="keys">Names the keys.</param>
    /// <param name="next">The index that the first set will have among the keys; the others follow.</param>
    public BatchMentions(IReadOnlyList<PendingSend> sends, RoomKeys keys, int next)
    {
        // Roles and everyone share a set.
        var groups = 0;
        foreach (var send in sends)
        {
            for (var i = 0; i < send.Count; i++)
            {
                foreach (var mention in send[i].Mentions)
                {
                    if (!MentionIndex.Has(mention, send[i].User) || _indexes.ContainsKey(mention))
                    {
                        continue;
                    }

                    var isGroup = mention.Kind != MentionKind.User;
                    if (!isGroup || groups == 0)
                    {
                        _keys.Add(MentionIndex.Key(keys.Names, keys.Id, mention));
                    }

                    groups = isGroup && groups == 0 ? next + _keys.Count - 1 : groups;
                    _indexes.Add(mention, isGroup ? groups : next + _keys.Count - 1);
                }
            }
        }
    }

    /// <summary>The keys of the sorted sets.</summary>
    public IReadOnlyList<string> Keys => _keys;

    /// <summary>The script's words for the mentions of a message: for each, a line break, the index of its set, and the mention.</summary>
    public string Words(NewMessage message)
    {
        var words = new StringBuilder();
        foreach (var mention in message.Mentions)
        {
            if (MentionIndex.Has(mention, message.User))
            {
                words.Append(CultureInfo.InvariantCulture, $"\n{_indexes[mention]}{mention}");
            }
        }

        return words.ToString();
    }
}
