using Microsoft.Extensions.DependencyInjection;
#region register
using RedisChat;
#endregion

namespace Snippets;

internal static class Registration
{
    public static void Register(IServiceCollection services, string redis)
    {
        #region register
        services.AddRedisChat(redis) // "localhost:6379", or "rediss://user:password@host:6379"
            .Configure(options => options.MaxTextBytes = 4 * 1024)
            .ConfigureRedis(options => options.KeyPrefix = "shop:chat");
        services.AddSingleton<Greeter>();
        #endregion

        #region register-keyed
        services.AddKeyedRedisChat("support").UseRedis(redis)
            .ConfigureRedis(options => options.KeyPrefix = "shop:support");
        services.AddSingleton<SupportDesk>();
        #endregion

        #region register-classic
        services.AddKeyedRedisChat("legacy").UseRedis(redis).UseClassicLayout();
        #endregion
    }
}

#region inject
internal sealed class Greeter(Chat chat)
{
    public Task GreetAsync(string user) => chat.Room("lobby").SendAsync("greeter", $"Welcome, {user}!");
}
#endregion

#region inject-keyed
internal sealed class SupportDesk([FromKeyedServices("support")] Chat chat)
{
    public Task OpenAsync(string user) => chat.Room(user).SendAsync("desk", "How can we help?");
}
#endregion
