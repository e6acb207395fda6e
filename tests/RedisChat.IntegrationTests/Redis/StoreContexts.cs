using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using RedisChat.Redis;

namespace RedisChat.IntegrationTests.Redis;

/// <summary>Creates the foundation that the parts of a Redis store share, for tests of one part.</summary>
internal static class StoreContexts
{
    public static RedisStoreContext Make(RedisConnection connection, RedisStoreOptions options, ILogger? logger = null)
    {
        logger ??= NullLogger.Instance;
        var names = new KeyNames(new HashTagKeyScheme(options.KeyPrefix), connection.Connector.DatabaseNumber, connection.Channels.Prefix);
        return new RedisStoreContext(connection, names, new KnownRooms(options.RoomCacheSize, logger), options, TimeProvider.System, logger);
    }
}
