namespace RedisChat.ConsoleHost;

/// <summary>The program cannot start; the message is one line for its user.</summary>
internal sealed class StartupException(string message, Exception? innerException = null) : Exception(message, innerException);
