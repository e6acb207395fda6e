using RedisChat.ConsoleHost;

namespace RedisChat.IntegrationTests.Sample;

public sealed class ConsoleOptionsTests
{
    [Fact]
    public void Without_options_it_is_the_lobby_on_the_embedded_server()
    {
        var options = ConsoleOptions.Parse([]);

        options.Room.Should().Be("lobby");
        options.User.Should().NotBeEmpty();
        options.Redis.Should().BeNull();
        options.Classic.Should().BeFalse();
        options.InMemory.Should().BeFalse();
        options.DataDirectory.Should().BeNull();
        options.Port.Should().Be(ConsoleOptions.DefaultPort);
        options.Help.Should().BeFalse();
    }

    [Fact]
    public void Every_option_is_read()
    {
        var options = ConsoleOptions.Parse(["--room", "r", "--user=ann lee", "--layout", "classic", "--store", "redis", "--data", "some dir", "--port", "7000"]);

        options.Room.Should().Be("r");
        options.User.Should().Be("ann lee");
        options.Classic.Should().BeTrue();
        options.InMemory.Should().BeFalse();
        options.DataDirectory.Should().Be("some dir");
        options.Port.Should().Be(7000);
    }

    [Fact]
    public void A_Redis_configuration_keeps_its_equals_signs()
    {
        ConsoleOptions.Parse(["--redis=host:6379,password=a=b"]).Redis.Should().Be("host:6379,password=a=b");
        ConsoleOptions.Parse(["--redis", "host:6379,ssl=true"]).Redis.Should().Be("host:6379,ssl=true");
    }

    [Theory]
    [InlineData("--help")]
    [InlineData("-h")]
    [InlineData("--room", "r", "--help")]
    public void Help_wins_over_all_other_options(params string[] args) => ConsoleOptions.Parse(args).Help.Should().BeTrue();

    [Theory]
    [InlineData("'--colour'", "--colour")]
    [InlineData("'hello'", "hello")]
    [InlineData("--room needs a value", "--room")]
    [InlineData("--room needs a value", "--room", "--user", "u")]
    [InlineData("--user needs a value", "--user=")]
    [InlineData("--port must be a number from 1 to 65535, not '0'", "--port", "0")]
    [InlineData("not '65536'", "--port", "65536")]
    [InlineData("not 'many'", "--port", "many")]
    [InlineData("--layout must be hashed or classic, not 'flat'", "--layout", "flat")]
    [InlineData("--store must be redis or memory, not 'disk'", "--store", "disk")]
    [InlineData("--user must be", "--user", "a\u001bb")]
    [InlineData("--port means nothing together with --redis", "--redis", "host", "--port", "1")]
    [InlineData("--data means nothing together with --store memory", "--store", "memory", "--data", "d")]
    [InlineData("'doctor'", "--room", "r", "doctor")]
    [InlineData("must not be a number", "--layout", "classic", "--user", "17")]
    public void A_bad_command_line_is_reported_in_one_line(string says, params string[] args)
    {
        var error = Assert.Throws<StartupException>(() => ConsoleOptions.Parse(args));

        error.Message.Should().Contain(says).And.NotContain("\n");
    }

    [Fact]
    public void A_room_that_is_too_long_is_reported() =>
        Assert.Throws<StartupException>(() => ConsoleOptions.Parse(["--room", new string('r', ChatLimits.MaxIdBytes + 1)]))
            .Message.Should().Contain($"at most {ChatLimits.MaxIdBytes} bytes");

    [Fact]
    public void A_system_name_becomes_an_id_that_the_chat_accepts()
    {
        ConsoleOptions.Sanitized("Ann Lee").Should().Be("Ann Lee");
        ConsoleOptions.Sanitized("a\u001bb").Should().Be("a\uFFFDb");
        ConsoleOptions.Sanitized("").Should().Be("someone");
        ConsoleOptions.Sanitized(new string('é', 100)).Should().Be(new string('é', ChatLimits.MaxIdBytes / 2));
    }
}
