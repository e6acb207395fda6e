using RedisChat;

namespace Snippets;

internal static class InMemory
{
    public static async Task RunAsync()
    {
        #region in-memory
        var chat = new Chat(new InMemoryMessageStore());
        await chat.SendAsync("lobby", "alice", "no server needed");
        #endregion
    }
}
