namespace RedisChat.Conformance;

/// <summary>The parts of the suite, for the test that none was forgotten for a store.</summary>
public static class ConformanceSuite
{
    public static IReadOnlyList<Type> Parts { get; } =
        [.. typeof(StoreTests).Assembly.GetExportedTypes().Where(type => type.IsAbstract && type.IsSubclassOf(typeof(StoreTests)))];
}
