namespace RedisChat.Conformance;

internal static class MarkerStores
{
    /// <summary>A store's read markers, below the facade.</summary>
    public static IReadMarkerStore RequireMarkers(this IMessageStore store) =>
        store.GetAbility<IReadMarkerStore>() ?? throw new NotSupportedException($"{store.GetType().Name} has no {nameof(IReadMarkerStore)}.");
}
