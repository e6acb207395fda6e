namespace RedisChat.Tool;

/// <summary>How a line looks on a terminal.</summary>
internal enum Tone
{
    Plain,
    Faint,
    Warning,
    Bad,
}
