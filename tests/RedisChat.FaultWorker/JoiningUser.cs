namespace RedisChat.Faults;

/// <summary>Makes a user join a room or leave it, once.</summary>
internal sealed class JoiningUser(Chat chat, HistoryWriter history, string room, string user)
{
    public async Task RunAsync(string act, CancellationToken stop)
    {
        var members = chat.Room(room).Members;
        await (act == "join" ? members.JoinAsync(user, stop) : members.LeaveAsync(user, stop));
        history.Write(new Acted(room, act));
    }
}
