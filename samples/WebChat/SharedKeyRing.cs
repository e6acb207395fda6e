using System.Xml.Linq;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.DataProtection.KeyManagement;
using Microsoft.AspNetCore.DataProtection.Repositories;
using Microsoft.Extensions.Options;
using StackExchange.Redis;

namespace RedisChat.WebChat;

/// <summary>Keeps the keys that protect the cookies where all nodes find them, so that who has signed in on one node is signed in on all.</summary>
internal static class SharedKeyRing
{
    public static void AddSharedKeyRing(this IServiceCollection services, string redis, WebChatSettings settings)
    {
        var protection = services.AddDataProtection().SetApplicationName("RedisChat.WebChat");
        if (settings.KeyDirectory is { } directory)
        {
            protection.PersistKeysToFileSystem(new DirectoryInfo(directory));
            return;
        }

        services.AddSingleton(_ => new RedisXmlRepository(redis, $"{settings.Prefix}:webchat-keys"));
        services.AddSingleton<IConfigureOptions<KeyManagementOptions>>(provider =>
            new ConfigureOptions<KeyManagementOptions>(options => options.XmlRepository = provider.GetRequiredService<RedisXmlRepository>()));

        // The keys are as safe as the chat's own data: whoever reads this Redis reads both.
        services.AddLogging(logging => logging.AddFilter("Microsoft.AspNetCore.DataProtection", LogLevel.Error));
    }

    private sealed class RedisXmlRepository(string redis, string key) : IXmlRepository, IDisposable
    {
        private readonly Lazy<ConnectionMultiplexer> _connection = new(() => ConnectionMultiplexer.Connect(RedisConfiguration.Parse(redis)));

        public IReadOnlyCollection<XElement> GetAllElements() =>
            [.. _connection.Value.GetDatabase().ListRange(key).Select(value => XElement.Parse(value.ToString()))];

        public void StoreElement(XElement element, string friendlyName) =>
            _connection.Value.GetDatabase().ListRightPush(key, element.ToString(SaveOptions.DisableFormatting));

        public void Dispose()
        {
            if (_connection.IsValueCreated)
            {
                _connection.Value.Dispose();
            }
        }
    }
}
