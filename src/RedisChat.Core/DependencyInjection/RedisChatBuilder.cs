using Microsoft.Extensions.DependencyInjection;

namespace RedisChat;

internal sealed class RedisChatBuilder(IServiceCollection services, string? serviceKey) : IRedisChatBuilder
{
    public IServiceCollection Services => services;

    public string? ServiceKey => serviceKey;
}
