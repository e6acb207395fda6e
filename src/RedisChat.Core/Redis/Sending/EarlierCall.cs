namespace RedisChat.Redis;

/// <summary>A call that carried a send, perhaps with others, and got no answer: it may have been, or may still be, carried out.</summary>
/// <param name="Key">Identifies the call.</param>
/// <param name="Window">The time window in which the script looks it up.</param>
/// <param name="Offset">How many messages of other sends came before it in the call.</param>
internal readonly record struct EarlierCall(string Key, long Window, int Offset);
