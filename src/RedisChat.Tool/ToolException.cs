namespace RedisChat.Tool;

/// <summary>The command cannot be carried out. The message is one line for its user, and says what to do.</summary>
internal sealed class ToolException(string message, Exception? innerException = null) : Exception(message, innerException);
