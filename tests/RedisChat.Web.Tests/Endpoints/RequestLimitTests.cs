using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using RedisChat.AspNetCore;
using RedisChat.IntegrationTests;

namespace RedisChat.Web.Tests;

/// <summary>Each user has a bucket on each node. A send that repeats a stored one is never refused.</summary>
public sealed class RequestLimitTests(TestServer server) : EndpointTests(server)
{
    private readonly FakeTimeProvider _time = new();

    [Fact]
    public async Task Above_the_limit_a_request_is_refused_until_there_is_a_token()
    {
        await using var node = await StartInMemoryAsync(
            options => options.RequestLimit = new RequestLimit(Burst: 3, PerSecond: 2), services: services => services.AddSingleton<TimeProvider>(_time));
        var alice = node.As("alice");
        for (var i = 0; i < 3; i++)
        {
            (await alice.SendAsync("GET", "me")).Expect(200);
        }

        var refused = (await alice.SendAsync("GET", "me")).ExpectProblem(429, "too-many", "rate");
        (refused["retryAfter"], refused.Header("Retry-After")).Should().Be(("0.5", "1"));
        (await alice.SendAsync("POST", "rooms/lobby/messages", """{"text":"x"}""")).ExpectProblem(429, "too-many", "rate");
        (await node.As("bob").SendAsync("GET", "me")).Expect(200);

        _time.Advance(TimeSpan.FromMilliseconds(500));
        (await alice.SendAsync("GET", "me")).Expect(200);
        (await alice.SendAsync("GET", "me")).ExpectProblem(429, "too-many", "rate");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_repetition_of_a_stored_send_gets_its_receipt_above_the_limit(bool isRedis)
    {
        void Limit(ChatWebOptions options) => options.RequestLimit = new RequestLimit(Burst: 1, PerSecond: 1);
        void Freeze(IServiceCollection services) => services.AddSingleton<TimeProvider>(_time);
        _time.SetUtcNow(DateTimeOffset.UtcNow);
        await using var node = isRedis ? await StartAsync(Limit, services: Freeze) : await StartInMemoryAsync(Limit, services: Freeze);
        var alice = node.As("alice");
        var sent = (await alice.SendAsync("POST", "rooms/lobby/messages", """{"text":"once","idempotencyKey":"k1"}""")).Expect(201);

        for (var i = 0; i < 3; i++)
        {
            (await alice.SendAsync("POST", "rooms/lobby/messages", """{"text":"once"}""", ("Idempotency-Key", "k1"))).Expect(200)["id"].Should().Be(sent["id"]);
        }

        (await alice.SendAsync("POST", "rooms/lobby/messages", """{"text":"new","idempotencyKey":"k2"}""")).ExpectProblem(429, "too-many", "rate");
        (await alice.SendAsync("POST", "rooms/lobby/messages", """{"text":"new"}""")).ExpectProblem(429, "too-many", "rate");
        (await alice.SendAsync("POST", "rooms/lobby/messages", """{"text":"other","idempotencyKey":"k1"}""")).ExpectProblem(409, "key-conflict");
        (await node.Chat.ReceiveAsync("lobby", cancellationToken: Cancelled)).Messages.Should().ContainSingle();
    }

    [Fact]
    public void A_bucket_holds_its_burst_and_refills_at_its_pace()
    {
        var buckets = new RequestBuckets(new RequestLimit(Burst: 5, PerSecond: 10), _time);
        Taken("alice", 20).Should().Be(5);
        _time.Advance(TimeSpan.FromMilliseconds(99));
        Taken("alice", 20).Should().Be(0);
        _time.Advance(TimeSpan.FromMilliseconds(1));
        Taken("alice", 20).Should().Be(1);
        _time.Advance(TimeSpan.FromHours(1));
        Taken("alice", 20).Should().Be(5);

        int Taken(string user, int attempts) => Enumerable.Range(0, attempts).Count(_ => buckets.TryTake(user, out var _));
    }

    [Fact]
    public async Task Concurrent_requests_take_no_more_than_the_burst()
    {
        var buckets = new RequestBuckets(new RequestLimit(Burst: 100, PerSecond: 1), _time);

        var taken = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(() => Enumerable.Range(0, 100).Count(_ => buckets.TryTake("alice", out var _)))));

        taken.Sum().Should().Be(100);
    }

    [Fact]
    public void Users_who_are_gone_take_no_memory()
    {
        var buckets = new RequestBuckets(new RequestLimit(Burst: 5, PerSecond: 10), _time);
        for (var i = 0; i < 100_000; i++)
        {
            buckets.TryTake($"user {i}", out _);
            _time.Advance(TimeSpan.FromMilliseconds(1));
        }

        buckets.Entries.Should().BeLessThan(20_000);
    }

}
