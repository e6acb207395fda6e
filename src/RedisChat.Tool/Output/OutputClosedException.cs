namespace RedisChat.Tool;

/// <summary>The reader of the output is gone.</summary>
internal sealed class OutputClosedException(Exception innerException) : Exception("The reader of the output is gone.", innerException);
