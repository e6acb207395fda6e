namespace RedisChat.Redis;

/// <summary>Changes the index of mentions in the step of an edit that changes the mentions.</summary>
internal sealed class MentionEdits(KeyNames keys) : IEditEffect
{
    public void AddTo(RoomChange edit, string room, Message replaced, ReadOnlySpan<byte> value, MessageDecision decision)
    {
        if (decision.Mentions is not { } mentions)
        {
            return;
        }

        foreach (var (set, member) in MentionIndex.Entries(keys, room, replaced, replaced.Mentions.Except(mentions)))
        {
            edit.Leave(set, [member]);
        }

        var added = MentionIndex.Entries(keys, room, replaced, mentions.Except(replaced.Mentions)).ToList();
        foreach (var (set, member) in added)
        {
            edit.Enter(set, member);
        }

        if (added.Count > 0)
        {
            edit.Readers(mentions.UsersAddedTo(replaced.Mentions, replaced.User)).Mark(MentionIndex.Letter);
        }
    }
}
