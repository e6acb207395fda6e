namespace RedisChat.Redis;

/// <summary>A call that carried a send, perhaps with others, and got no answer: it may have been carried out, or may still be.</summary>
/// <param name="Key">Identifies the call.</param>
/// <param name="Window">The window of time in which the script looks it up.</param>
/// <param name="Offset">How many messages of other sends came before it in the call.</param>
internal readonly record struct EarlierCall(string Key, long Window, int Offset);
