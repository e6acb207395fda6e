using Microsoft.Extensions.DependencyInjection;
using RedisChat;

namespace Snippets;

internal static class Registration
{
    public static void Register(IServiceCollection services, string redis)
    {
        #region register
        services.AddRedisChat(redis) // "localhost:6379"
            .Configure(options => options.MaxTextBytes = 4 * 1024)
            .ConfigureRedis(options => options.KeyPrefix = "shop:chat");
        services.AddSingleton<Greeter>();
        #endregion
    }
}

#region inject
internal sealed class Greeter(Chat chat)
{
    public Task GreetAsync(string user) => chat.Room("lobby").SendAsync("greeter", $"Welcome, {user}!");
}
#endregion
