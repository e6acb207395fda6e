using StackExchange.Redis;

namespace RedisChat.Redis;

/// <summary>What a change is decided on.</summary>
/// <param name="Values">The present values of the fields that the change expects something of, in the order of its conditions.</param>
/// <param name="Revision">
/// A revision that the change can have, for those that need it beforehand: see <see cref="RoomChange.At"/>. All others get theirs from the script.
/// </param>
internal readonly record struct RoomState(RedisValue[] Values, long Revision);
