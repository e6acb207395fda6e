using RedisChat.IntegrationTests;

namespace RedisChat.Browser.Tests;

/// <summary>A Redis that ends and comes back, with its data or without, while users write.</summary>
public sealed class RedisFaultTests(Chromium chromium)
{
    private const string Room = "talk";

    private static readonly string[] FromAlice = [.. Enumerable.Range(1, 30).Select(n => $"alice {n}")];
    private static readonly string[] FromBob = [.. Enumerable.Range(1, 30).Select(n => $"bob {n}")];

    [Fact]
    public async Task A_Redis_that_is_killed_and_away_for_six_seconds_loses_and_doubles_nothing()
    {
        await using var redis = await RedisProcess.StartAsync("--appendonly", "yes", "--appendfsync", "always");
        await using var site = await ChatSite.StartAsync(chromium, redis.Configuration);
        var (alice, bob) = await OpenBothAsync(site);

        await Task.WhenAll(
            alice.SendAsync(FromAlice, before: n => n == 12 ? RestartAsync() : Task.CompletedTask),
            bob.SendAsync(FromBob));

        var stored = await site.SettleAsync(Room, alice, bob);
        stored.Where(message => message.User == "alice").Select(message => message.Text).Should().Equal(FromAlice);
        stored.Where(message => message.User == "bob").Select(message => message.Text).Should().Equal(FromBob);
        await GoesOnAsync(site, alice, bob);

        async Task RestartAsync()
        {
            await redis.KillAsync();
            await Task.Delay(TimeSpan.FromSeconds(6));
            await redis.StartAgainAsync();
        }
    }

    [Fact]
    public async Task A_Redis_that_comes_back_empty_makes_the_pages_reload_and_go_on()
    {
        await using var redis = await RedisProcess.StartAsync();
        await using var site = await ChatSite.StartAsync(chromium, redis.Configuration);
        var (alice, bob) = await OpenBothAsync(site);
        await alice.SendAsync("lost");
        await bob.ShowsAsync("lost");
        var restarted = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);

        await Task.WhenAll(
            alice.SendAsync(FromAlice, before: n => n == 12 ? RestartAsync() : Task.CompletedTask),
            bob.SendAsync(FromBob, before: n => n == FromBob.Length - 1 ? restarted.Task.WaitAsync(ChatPage.Patience) : Task.CompletedTask));

        // What was stored before is gone, and what was written since is there once. No page shows what is gone.
        var stored = await site.SettleAsync(Room, alice, bob);
        var texts = stored.Select(message => message.Text).ToList();
        texts.Should().NotContain("lost").And.OnlyHaveUniqueItems();
        texts.Should().ContainInOrder(FromAlice[^15..]).And.Contain(FromBob[^1]);
        await GoesOnAsync(site, alice, bob);

        async Task RestartAsync()
        {
            await redis.KillAsync();
            await redis.StartAgainAsync();
            restarted.SetResult();
        }
    }

    [Fact]
    public async Task A_flushed_Redis_makes_the_pages_reload_and_go_on()
    {
        await using var redis = await RedisProcess.StartAsync();
        await using var site = await ChatSite.StartAsync(chromium, redis.Configuration);
        var (alice, bob) = await OpenBothAsync(site);
        await alice.SendAsync("lost");
        await bob.ShowsAsync("lost");

        await redis.AskAsync("FLUSHALL");

        await bob.SendAsync("first of the new history");
        await bob.HasSentAllAsync();
        await GoesOnAsync(site, alice, bob);
        (await site.StoredAsync(Room)).Select(message => message.Text).Should().Equal("first of the new history", "alice goes on", "bob goes on");
    }

    private static async Task<(ChatPage Alice, ChatPage Bob)> OpenBothAsync(ChatSite site) =>
        (await site.OpenAsync("alice", Room, node: 0), await site.OpenAsync("bob", Room, node: 1));

    private static async Task GoesOnAsync(ChatSite site, ChatPage alice, ChatPage bob)
    {
        await alice.HasStateAsync("online");
        await alice.SendAsync("alice goes on");
        await bob.ShowsAsync("alice goes on");
        await bob.SendAsync("bob goes on");
        await alice.ShowsAsync("bob goes on");
        await site.SettleAsync(Room, alice, bob);
    }
}
