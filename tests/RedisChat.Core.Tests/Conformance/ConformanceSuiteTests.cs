using System.Reflection;
using RedisChat.Conformance;

namespace RedisChat.Tests.Conformance;

public sealed class ConformanceSuiteTests
{
    private static readonly Type OtherStores = new Renamed(typeof(InMemoryStores), "OtherStores");

    [Fact]
    public void It_consists_of_abstract_classes_with_tests()
    {
        ConformanceSuite.Classes.Should().Contain([typeof(AppendTests), typeof(WatchTests)]).And.NotContain(typeof(StoreTests));
        ConformanceSuite.Classes.Should().OnlyContain(type => type.GetMethods().Any(method => method.IsDefined(typeof(FactAttribute), true)));
    }

    [Fact]
    public void A_store_that_derives_nothing_lacks_every_class() =>
        ConformanceSuite.MissingClasses([OtherStores]).Should().Equal(ConformanceSuite.Classes.Select(suite => $"Other{suite.Name}"));

    [Fact]
    public void A_class_counts_only_if_it_runs_and_derives_the_suite_whose_name_it_has()
    {
        Type[] types =
        [
            OtherStores,
            new Renamed(typeof(InMemoryAppendTests), "OtherAppendTests"),
            new Renamed(typeof(InMemoryReadTests), "OtherReadTests", TypeAttributes.NotPublic),
            new Renamed(typeof(InMemoryChangeTests), "OtherChangeTests", TypeAttributes.Public | TypeAttributes.Abstract),
            new Renamed(typeof(InMemoryAppendTests), "OtherWatchTests"),
            typeof(InMemoryIdempotencyTests),
        ];

        ConformanceSuite.MissingClasses(types).Should().BeEquivalentTo(
            ConformanceSuite.Classes.Select(suite => $"Other{suite.Name}").Except(["OtherAppendTests"]));
    }

    [Fact]
    public void Each_factory_needs_its_own_classes() =>
        ConformanceSuite.MissingClasses([.. typeof(ConformanceSuiteTests).Assembly.GetTypes(), OtherStores])
            .Should().HaveCount(ConformanceSuite.Classes.Count).And.OnlyContain(name => name.StartsWith("Other", StringComparison.Ordinal));

    [Fact]
    public void Without_a_factory_it_throws_instead_of_reporting_nothing_missing() =>
        Assert.Throws<ArgumentException>(() => ConformanceSuite.MissingClasses([typeof(InMemoryAppendTests)])).Message.Should().Contain(nameof(StoreFactory));

    /// <summary>A type under another name or with other attributes.</summary>
    private sealed class Renamed(Type type, string name, TypeAttributes? attributes = null) : TypeDelegator(type)
    {
        public override string Name => name;

        protected override TypeAttributes GetAttributeFlagsImpl() => attributes ?? base.GetAttributeFlagsImpl();
    }
}
