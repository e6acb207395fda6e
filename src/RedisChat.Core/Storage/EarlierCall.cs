namespace RedisChat;

/// <summary>A call to the store that carried a send, with others perhaps, and got no answer: it may have been carried out, or be so yet.</summary>
/// <param name="Key">Names the call.</param>
/// <param name="Window">The window of time in which the store looks it up.</param>
/// <param name="Offset">How many messages of other sends came before it in the call.</param>
internal readonly record struct EarlierCall(string Key, long Window, int Offset);
