using System.Reflection;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace RedisChat.Tests.Options;

/// <summary>Every option binds from configuration. A value that is not understood stops the host.</summary>
public sealed class OptionBindingTests
{
    // For each option: a value that differs from the default, that value as read back, and values that must stop the host.
    private static readonly Dictionary<string, (string Text, object? Value, string[] Refused)> Examples = new()
    {
        ["ChatOptions.MaxTextBytes"] = ("100", 100, ["many", "1.5", "", "0"]),
        ["ChatOptions.MaxMetadataEntries"] = ("3", 3, ["many", "-1"]),
        ["ChatOptions.MaxMetadataBytes"] = ("100", 100, ["1k", "-1"]),
        ["ChatOptions.OperationTimeout"] = ("00:00:07", TimeSpan.FromSeconds(7), ["7 s", "7", "soon", "00:00:00"]),
        ["ChatOptions.MaxPendingOperations"] = ("5", 5, ["all", "0"]),
        ["ChatOptions.Durability.Replicas"] = ("2", 2, ["two", "-1"]),
        ["ChatOptions.Durability.IsFsynced"] = ("true", true, ["yes", "2"]),
        ["ChatOptions.Durability.Timeout"] = ("00:00:03", TimeSpan.FromSeconds(3), ["3 s", "soon"]),
        ["ChatOptions.DeleteThreads"] = ("true", true, ["perhaps"]),
        ["ChatOptions.KeptVersions"] = ("5", 5, ["few", "-1"]),
        ["ChatOptions.Schedule.PollInterval"] = ("00:00:05", TimeSpan.FromSeconds(5), ["soon", "01:00:00"]),
        ["ChatOptions.Retention.MaxAge"] = ("30.00:00:00", TimeSpan.FromDays(30), ["a month", "00:00:00"]),
        ["ChatOptions.Retention.MaxMessages"] = ("1000", 1000L, ["many", "0"]),
        ["ChatOptions.Archive.KeepFor"] = ("30.00:00:00", TimeSpan.FromDays(30), ["a month", "00:00:00"]),
        ["ChatOptions.Archive.KeepMessages"] = ("1000", 1000L, ["many", "0"]),
        ["ChatOptions.Upkeep.PollInterval"] = ("00:00:07", TimeSpan.FromSeconds(7), ["soon", "01:00:00"]),
        ["ChatOptions.Upkeep.Lease"] = ("00:02:00", TimeSpan.FromMinutes(2), ["long", "02:00:00"]),
        ["ChatOptions.Reactions.Mode"] = ("Counted", ReactionMode.Counted, ["Several", "17"]),
        ["ChatOptions.Reactions.MaxKinds"] = ("5", 5, ["few", "0"]),
        ["ChatOptions.Filters.Timeout"] = ("00:00:01", TimeSpan.FromSeconds(1), ["1 s", "soon", "00:02:00"]),
        ["ChatOptions.Filters.OnFailure"] = ("Accept", FilterFailureMode.Accept, ["Ignore", "17"]),
        ["ChatOptions.Presence.Expiry"] = ("00:01:00", TimeSpan.FromMinutes(1), ["1 min", "00:00:00.9", "00:10:01"]),
        ["ChatOptions.Presence.CoalesceAbove"] = ("50", 50, ["few", "-1"]),
        ["ChatOptions.Presence.CoalesceInterval"] = ("00:00:05", TimeSpan.FromSeconds(5), ["5 s", "00:00:00"]),
        ["ChatOptions.Presence.TypingInterval"] = ("00:00:01", TimeSpan.FromSeconds(1), ["1 s", "00:00:00", "00:00:06"]),
        ["ChatOptions.Presence.TypingDuration"] = ("00:00:10", TimeSpan.FromSeconds(10), ["10 s", "00:00:03", "00:06:00"]),
        ["ChatOptions.Previews.Timeout"] = ("00:00:05", TimeSpan.FromSeconds(5), ["5 s", "00:00:00", "00:02:00"]),
        ["ChatOptions.Previews.MaxPending"] = ("9", 9, ["many", "0"]),
        ["ChatOptions.Previews.MaxConcurrent"] = ("2", 2, ["many", "0", "65"]),
        ["RedisStoreOptions.Configuration"] = ("redis://host:7000/2", "redis://host:7000/2", ["", "http://host", "host,nonsense=1"]),
        ["RedisStoreOptions.KeyPrefix"] = ("shop", "shop", ["", "a{b}"]),
        ["RedisStoreOptions.IdempotencyWindow"] = ("00:20:00", TimeSpan.FromMinutes(20), ["20 min", "20", "00:00:01"]),
        ["RedisStoreOptions.ChangeLogLength"] = ("500", 500, ["long", "1"]),
        ["RedisStoreOptions.RoomCacheSize"] = ("50", 50, ["big", "0"]),
        ["RedisStoreOptions.LiveProbeInterval"] = ("00:00:02", TimeSpan.FromSeconds(2), ["2 s", "2"]),
        ["RedisStoreOptions.WatcherBufferSize"] = ("64", 64, ["big", "1"]),
        ["RedisStoreOptions.SealAfter"] = ("7", 7, ["never", "0"]),
        ["RedisStoreOptions.AllowEviction"] = ("true", true, ["yes", ""]),
        ["RedisStoreOptions.PreferReplicas"] = ("true", true, ["yes", "1"]),
    };

    public static TheoryData<string> Bound => [.. Examples.Keys];

    public static TheoryData<string, string> Refused =>
        [.. Examples.SelectMany(example => example.Value.Refused, (example, text) => (example.Key, text))];

    [Fact]
    public void Every_option_has_an_example() =>
        Examples.Keys.Should().BeEquivalentTo(OptionsIn(typeof(ChatOptions)).Concat(OptionsIn(typeof(RedisStoreOptions))));

    [Theory]
    [MemberData(nameof(Bound))]
    public void An_option_is_bound_from_configuration(string option)
    {
        var (text, value, _) = Examples[option];

        using var host = Start((option, text), (Companion(option), "1"));

        Read(host, option).Should().Be(value).And.NotBe(Read(Activator.CreateInstance(Root(option))!, option));
    }

    [Theory]
    [MemberData(nameof(Refused))]
    public void A_value_that_is_not_understood_stops_the_host(string option, string text)
    {
        var error = Record.Exception(() => Start((option, text)));

        error.Should().Match(e => e is OptionsValidationException || e is InvalidOperationException);
        error!.Message.Should().Contain(option.Split('.')[^1]);
    }

    [Theory]
    [InlineData("Memory", 0, false, 0)]
    [InlineData("memory", 0, false, 0)]
    [InlineData("Replicated(2)", 2, false, 2000)]
    [InlineData("Replicated(2, 00:00:05)", 2, false, 5000)]
    [InlineData(" replicated ( 3 ,00:00:00.5 ) ", 3, false, 500)]
    [InlineData("Fsynced", 0, true, 2000)]
    [InlineData("Fsynced(00:00:01)", 0, true, 1000)]
    public void A_durability_can_be_written_as_text(string text, int replicas, bool isFsynced, int milliseconds)
    {
        using var host = Start(("ChatOptions.Durability", text));

        host.Services.GetRequiredService<IOptions<ChatOptions>>().Value.Durability.ToDurability().Should().BeEquivalentTo(
            new { Replicas = replicas, IsFsynced = isFsynced, Timeout = TimeSpan.FromMilliseconds(milliseconds) });
    }

    [Theory]
    [InlineData("")]
    [InlineData("Durable")]
    [InlineData("2")]
    [InlineData("Replicated")]
    [InlineData("Replicated(0)")]
    [InlineData("Replicated(-1)")]
    [InlineData("Replicated(two)")]
    [InlineData("Replicated(99999999999)")]
    [InlineData("Replicated(2, 5)")]
    [InlineData("Replicated(2, 00:01:00)")]
    [InlineData("Replicated(2, soon)")]
    [InlineData("Replicated(2) Fsynced")]
    [InlineData("Memory(00:00:01)")]
    [InlineData("Fsynced(00:00:00)")]
    [InlineData("Fsynced()")]
    public void An_invalid_durability_stops_the_host_and_the_error_shows_the_format(string text)
    {
        var start = () => Start(("ChatOptions.Durability", text));

        start.Should().Throw<InvalidOperationException>().WithMessage("*Chat*Durability*").WithInnerException<FormatException>().WithMessage("*Replicated(2, 00:00:05)*");
    }

    [Theory]
    [InlineData("ChatOptions.Durability has Replicas and IsFsynced; a send waits for one of them.", "Replicas=2", "IsFsynced=true")]
    [InlineData("ChatOptions.Durability has a Timeout, but nothing to wait for: set Replicas or IsFsynced.", "Timeout=00:00:02")]
    [InlineData("ChatOptions.Durability.Timeout is 00:00:31; it must be from 00:00:00.0010000 to 00:00:30.", "Replicas=1", "Timeout=00:00:31")]
    [InlineData("ChatOptions.Durability waits for 00:00:11, which is longer than OperationTimeout (00:00:10).", "Replicas=1", "Timeout=00:00:11")]
    public void A_section_that_makes_no_sense_stops_the_host(string sentence, params string[] values)
    {
        var start = () => Start([.. values.Select(value => ($"ChatOptions.Durability.{value.Split('=')[0]}", value.Split('=')[1]))]);

        start.Should().Throw<OptionsValidationException>().WithMessage(sentence);
    }

    [Fact]
    public void A_section_overrides_options_set_in_code_and_leaves_other_chats_alone()
    {
        var bound = new ChatOptions { Durability = Durability.Fsynced(TimeSpan.FromSeconds(1)) };

        Configured(("ChatOptions.Durability.IsFsynced", "false"), ("ChatOptions.Durability.Replicas", "2")).GetSection("ChatOptions").Bind(bound);

        bound.Durability.ToDurability().Should().Be(Durability.Replicated(2, TimeSpan.FromSeconds(1)));
        new ChatOptions().Durability.ToDurability().Should().Be(Durability.Memory);
    }

    [Fact]
    public void Code_assigns_a_level()
    {
        foreach (var level in new[] { Durability.Memory, Durability.Replicated(3, TimeSpan.FromSeconds(4)), Durability.Fsynced(TimeSpan.FromSeconds(5)) })
        {
            new ChatOptions { Durability = level }.Durability.ToDurability().Should().Be(level);
        }
    }

    [Fact]
    public void A_text_in_place_of_a_section_stops_the_host()
    {
        var start = () => Start(("ChatOptions.Reactions", "Counted"));

        start.Should().Throw<InvalidOperationException>().WithMessage("*Reactions*");
    }

    [Fact]
    public void A_missing_durability_stops_the_host()
    {
        var start = () => Start(("ChatOptions.Durability", null));

        start.Should().Throw<OptionsValidationException>().WithMessage("ChatOptions.Durability is not set*");
    }

    // A timeout needs something to wait for.
    private static string Companion(string option) =>
        option == "ChatOptions.Durability.Timeout" ? "ChatOptions.Durability.Replicas" : "Unrelated";

    private static IEnumerable<string> OptionsIn(Type type, string? path = null) =>
        type.GetProperties(BindingFlags.Public | BindingFlags.Instance).SelectMany(property =>
            property.PropertyType.Assembly == typeof(ChatOptions).Assembly && property.PropertyType.IsClass
                ? OptionsIn(property.PropertyType, $"{path ?? type.Name}.{property.Name}")
                : [$"{path ?? type.Name}.{property.Name}"]);

    private static Type Root(string option) =>
        option.StartsWith(nameof(ChatOptions), StringComparison.Ordinal) ? typeof(ChatOptions) : typeof(RedisStoreOptions);

    private static object? Read(IHost host, string option) => Read(
        Root(option) == typeof(ChatOptions)
            ? host.Services.GetRequiredService<IOptions<ChatOptions>>().Value
            : host.Services.GetRequiredService<IOptions<RedisStoreOptions>>().Value,
        option);

    private static object? Read(object options, string option) =>
        option.Split('.').Skip(1).Aggregate((object?)options, (value, name) => value?.GetType().GetProperty(name)!.GetValue(value));

    private static IConfigurationRoot Configured(params (string Option, string? Text)[] values) =>
        new ConfigurationBuilder()
            .AddInMemoryCollection(values.Select(value => KeyValuePair.Create(value.Option.Replace('.', ':'), value.Text)))
            .Build();

    private static IHost Start(params (string Option, string? Text)[] values)
    {
        var configuration = Configured(values);
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Services.Configure<ChatOptions>(configuration.GetSection(nameof(ChatOptions)));
        builder.Services.Configure<RedisStoreOptions>(configuration.GetSection(nameof(RedisStoreOptions)));
        builder.Services.AddRedisChat().UseInMemory();
        var host = builder.Build();
        host.Start();
        return host;
    }
}
