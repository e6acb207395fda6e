namespace RedisChat.AspNetCore;

/// <summary>What the caller may do in a room, right by right.</summary>
internal sealed record RightsAnswer(IReadOnlyList<string> Rights)
{
    private static readonly RoomRights[] Each = [.. Enum.GetValues<RoomRights>().Where(right => int.PopCount((int)right) == 1)];

    public static RightsAnswer Of(RoomRights rights) => new([.. Each.Where(right => rights.HasFlag(right)).Select(right => right.ToString())]);
}
