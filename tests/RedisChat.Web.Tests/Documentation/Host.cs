using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Diagnostics.HealthChecks;
using Microsoft.Extensions.DependencyInjection;
using RedisChat.AspNetCore;

namespace RedisChat.Web.Tests;

/// <summary>The host of docs/web.md.</summary>
internal static class Host
{
    public static WebApplication Build(string[] args)
    {
        #region host
        var builder = WebApplication.CreateBuilder(args);
        builder.Services.AddRedisChat("localhost:6379").AddWeb();
        builder.Services.AddAuthentication().AddCookie();
        builder.Services.AddAuthorization();
        builder.Services.AddHealthChecks().AddRedisChat();

        var app = builder.Build();
        app.UseAuthentication();
        app.UseAuthorization();
        app.MapRedisChat("/chat").RequireAuthorization();
        #endregion

        #region health
        app.MapHealthChecks("/health/ready", new HealthCheckOptions { Predicate = check => check.Tags.Contains("ready") });
        app.MapHealthChecks("/health/live", new HealthCheckOptions { Predicate = check => !check.Tags.Contains("ready") });
        #endregion
        return app;
    }
}
