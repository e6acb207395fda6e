using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;

namespace RedisChat.Web.Tests;

public sealed class HostTests
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_host_of_the_documentation_runs_without_redis_and_is_alive()
    {
        await using var app = Host.Build(["--urls", "http://127.0.0.1:0", "--Logging:LogLevel:Default=None"]);
        await app.StartAsync(Cancelled);
        using var client = new HttpClient { BaseAddress = new Uri(app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single()) };

        (await client.GetStringAsync("/health/live", Cancelled)).Should().Be("Healthy");
        (await client.GetAsync("/chat/me", Cancelled)).StatusCode.Should().Be(HttpStatusCode.Unauthorized);
    }
}
