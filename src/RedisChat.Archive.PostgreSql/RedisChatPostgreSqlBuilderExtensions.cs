using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Npgsql;

namespace RedisChat.Archive.PostgreSql;

/// <summary>Adds an archive to a chat: <c>services.AddRedisChat(…).AddPostgreSqlArchive("Host=…")</c>.</summary>
public static class RedisChatPostgreSqlBuilderExtensions
{
    /// <summary>Keeps the old messages of rooms in a PostgreSQL database. Set <see cref="ChatOptions.Archive"/>, and run the upkeep of rooms: <see cref="Chat.RunUpkeepAsync"/>.</summary>
    /// <param name="builder">The chat's builder.</param>
    /// <param name="connectionString">How to connect: see <see cref="PostgreSqlRoomArchive(string)"/>.</param>
    /// <returns>The same builder.</returns>
    /// <exception cref="ArgumentException">The string is empty.</exception>
    public static IRedisChatBuilder AddPostgreSqlArchive(this IRedisChatBuilder builder, string connectionString)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentException.ThrowIfNullOrWhiteSpace(connectionString);
        return Add(builder, _ => new PostgreSqlRoomArchive(connectionString));
    }

    /// <summary>Keeps the old messages of rooms in the database of the host's <see cref="NpgsqlDataSource"/>.</summary>
    /// <param name="builder">The chat's builder.</param>
    /// <returns>The same builder.</returns>
    public static IRedisChatBuilder AddPostgreSqlArchive(this IRedisChatBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        return Add(builder, static provider => new PostgreSqlRoomArchive(provider.GetRequiredService<NpgsqlDataSource>()));
    }

    private static IRedisChatBuilder Add(IRedisChatBuilder builder, Func<IServiceProvider, IRoomArchive> make)
    {
        builder.Services.RemoveAllKeyed<IRoomArchive>(builder.ServiceKey);
        builder.Services.AddKeyedSingleton(builder.ServiceKey, (provider, _) => make(provider));
        return builder;
    }
}
