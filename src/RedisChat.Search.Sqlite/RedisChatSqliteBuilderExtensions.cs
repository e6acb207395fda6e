using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace RedisChat.Search.Sqlite;

/// <summary>Adds search to a chat: <c>services.AddRedisChat(…).AddSqliteMessageIndex("search.db")</c>.</summary>
public static class RedisChatSqliteBuilderExtensions
{
    /// <summary>Searches in a local SQLite file. It must be filled: see <see cref="Chat.RunIndexAsync"/>.</summary>
    /// <param name="builder">The chat's builder.</param>
    /// <param name="path">Where the file is: see <see cref="SqliteMessageIndex(string)"/>.</param>
    /// <returns>The same builder.</returns>
    /// <exception cref="ArgumentException">The path is empty.</exception>
    public static IRedisChatBuilder AddSqliteMessageIndex(this IRedisChatBuilder builder, string path)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        builder.Services.RemoveAllKeyed<IMessageIndex>(builder.ServiceKey);
        builder.Services.AddKeyedSingleton<IMessageIndex>(builder.ServiceKey, (_, _) => new SqliteMessageIndex(path));
        return builder;
    }
}
