using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using StackExchange.Redis;

namespace RedisChat.Tests.Redis.Connection;

public sealed class RedisConfigurationTests
{
    private const string Secret = "hunter2";

    [Theory]
    [InlineData("redis://host", "host", 6379, null, null, null, false)]
    [InlineData("redis://host:7000", "host", 7000, null, null, null, false)]
    [InlineData("redis://user:secret@host:6379/2", "host", 6379, "user", "secret", 2, false)]
    [InlineData("rediss://user:secret@host.example.com:6380/0", "host.example.com", 6380, "user", "secret", 0, true)]
    [InlineData("rediss://host", "host", 6379, null, null, null, true)]
    [InlineData("REDISS://host", "host", 6379, null, null, null, true)]
    [InlineData(" redis://host/ ", "host", 6379, null, null, null, false)]
    [InlineData("redis://:secret@host", "host", 6379, null, "secret", null, false)]
    [InlineData("redis://user:p%40ss%3A%2F%23%3F%25%20%C3%A4@host", "host", 6379, "user", "p@ss:/#?% ä", null, false)]
    [InlineData("redis://us%3Aer:a:b@host", "host", 6379, "us:er", "a:b", null, false)]
    [InlineData("redis://user:a,b;c=d,e@host/1", "host", 6379, "user", "a,b;c=d,e", 1, false)]
    [InlineData("redis://user:a+b@host", "host", 6379, "user", "a+b", null, false)]
    [InlineData("redis://my_redis:1", "my_redis", 1, null, null, null, false)]
    public void A_URI_gives_host_port_user_password_database_and_TLS(
        string uri, string host, int port, string? user, string? password, int? database, bool ssl)
    {
        var options = RedisConfiguration.Parse(uri);

        options.EndPoints.Should().Equal(new DnsEndPoint(host, port));
        options.User.Should().Be(user);
        options.Password.Should().Be(password);
        options.DefaultDatabase.Should().Be(database);
        options.Ssl.Should().Be(ssl);
    }

    [Fact]
    public void A_URI_may_name_an_address()
    {
        RedisConfiguration.Parse("redis://10.0.0.1:7000").EndPoints.Should().Equal(new IPEndPoint(IPAddress.Parse("10.0.0.1"), 7000));
        RedisConfiguration.Parse("redis://[::1]:7000/1").EndPoints.Should().Equal(new IPEndPoint(IPAddress.IPv6Loopback, 7000));
    }

    [Theory]
    [InlineData("host")]
    [InlineData("host:6379,user=name,password=secret,ssl=true")]
    [InlineData("one:6379,two:6379,[::1]:7000,10.0.0.1,connectTimeout=500")]
    [InlineData("my_redis, my-redis.example.com:6380 ,password=a=b==,name=chat")]
    [InlineData("host,password=a;b")]
    [InlineData("host,password=redis://x")]
    [InlineData("sentinel:26379,serviceName=main,sentinelPassword=a;b")]
    public void The_client_librarys_notation_is_read_as_the_library_reads_it(string list) =>
        RedisConfiguration.Parse(list).ToString(includePassword: true).Should().Be(ConfigurationOptions.Parse(list).ToString(includePassword: true));

    [Theory]
    [InlineData("http://user:hunter2@host:6379", "scheme")]
    [InlineData("redis+tls://user:hunter2@host:6379", "scheme")]
    [InlineData("unix://hunter2", "scheme")]
    [InlineData("redis://user:hunter2@", "URI")]
    [InlineData("redis:///2", "no host")]
    [InlineData("redis://hunter2@host", "user without a password")]
    [InlineData("redis://user:hun@hunter2@host", "Percent-encode")]
    [InlineData("redis://user:hunter2/x@host", "Percent-encode")]
    [InlineData("redis://user:hunter2#x@host", "Percent-encode")]
    [InlineData("redis://user:12/hunter2@host", "number of a database")]
    [InlineData("redis://user:12#hunter2@host", "fragment")]
    [InlineData("redis://user:12?hunter2@host", "query")]
    [InlineData("redis://host/hunter2", "number of a database")]
    [InlineData("redis://host/2/hunter2", "number of a database")]
    [InlineData("redis://host/-1", "number of a database")]
    [InlineData("redis://host/99999999999", "number of a database")]
    [InlineData("redis://host?password=hunter2", "query")]
    [InlineData("redis://user:hunter2@host:6379,abortConnect=false", "URI")]
    [InlineData("redis://one,redis://user:hunter2@two", "URI")]
    [InlineData("one,redis://user:hunter2@two", "no host can have")]
    [InlineData("redis:/user:hunter2@host", "no host can have")]
    [InlineData("redis:user:hunter2@host", "no host can have")]
    [InlineData("redis ://user:hunter2@host", "no host can have")]
    [InlineData("user:hunter2@host:6379", "no host can have")]
    [InlineData("user:hunter2@host", "not valid")]
    [InlineData("hunter2@host:6379", "no host can have")]
    [InlineData("host:6379:hunter2", "no host can have")]
    [InlineData("host:hunter2", "not valid")]
    [InlineData("host hunter2", "no host can have")]
    [InlineData("host,password hunter2", "no host can have")]
    [InlineData("host,password:hunter2", "not valid")]
    [InlineData("host,passwrod=hunter2", "not valid")]
    [InlineData("host,password=a,hunter2", "comma in a password")]
    [InlineData("host,password=a,hunter2:6379", "comma in a password")]
    [InlineData("host,password=a,hunter2.example.com,ssl=true", "comma in a password")]
    [InlineData("host,password=a,=hunter2", "comma in a password")]
    [InlineData("host,ssl=true,hunter2", "after an option")]
    [InlineData("password=hunter2", "no host")]
    [InlineData("host;password=hunter2", "semicolon")]
    [InlineData("host,user=x;password=hunter2", "semicolon")]
    [InlineData("host,name=x;password=hunter2", "semicolon")]
    [InlineData("host?password=hunter2", "not valid")]
    [InlineData("host,ssl=hunter2", "not valid")]
    [InlineData("host,tunnel=hunter2", "not valid")]
    [InlineData("host,connectTimeout=hunter2", "not valid")]
    [InlineData("host:99999,password=hunter2", "not valid")]
    public void An_invalid_string_is_refused_with_the_cause_and_is_not_repeated(string configuration, string cause)
    {
        var errors = new List<Exception>
        {
            Assert.Throws<ArgumentException>(() => RedisConfiguration.Parse(configuration)),
            Assert.Throws<ArgumentException>(() => new ServiceCollection().AddRedisChat(configuration)),
            Assert.Throws<ArgumentException>(() => new RedisMessageStore(configuration)),
        };
        var services = new ServiceCollection();
        services.AddRedisChat().ConfigureRedis(options => options.Configuration = configuration);
        using var provider = services.BuildServiceProvider();
        errors.Add(Assert.Throws<OptionsValidationException>(() => provider.GetRequiredService<Chat>()));

        foreach (var error in errors)
        {
            error.Message.Should().Contain(cause);
            error.ToString().Should().NotContain(Secret);
        }
    }

    [Fact]
    public void An_impossible_host_that_the_client_library_accepts_is_refused_in_any_notation()
    {
        const string Mistyped = "redis://user:hunter2@host:6379";
        var options = ConfigurationOptions.Parse(Mistyped);
        options.AbortOnConnectFail = false;
        options.ConnectTimeout = 50;
        using var multiplexer = ConnectionMultiplexer.Connect(options);

        foreach (var use in new Action[]
        {
            () => _ = new RedisMessageStore(options),
            () => _ = new RedisMessageStore(multiplexer),
            () => _ = new ClassicMessageStore(multiplexer),
            () => new ServiceCollection().AddRedisChat(options),
            () => new ServiceCollection().AddRedisChat(multiplexer),
        })
        {
            var error = Assert.Throws<ArgumentException>(use);
            error.Message.Should().Contain("no host can have");
            error.ToString().Should().NotContain(Secret);
        }
    }
}
