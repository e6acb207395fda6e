using StackExchange.Redis;

namespace RedisChat.Redis;

/// <summary>The state that a change is decided on.</summary>
/// <param name="Values">The current values of the fields in the change's conditions, in the order of the conditions.</param>
/// <param name="Revision">
/// A revision that the change can have, for changes that need it beforehand: see <see cref="RoomChange.At"/>. All others get theirs from the script.
/// </param>
/// <param name="Cipher">Encrypts what the change writes; <see langword="null"/> to write it as it is. Pass it to <see cref="RoomChange.Encrypted"/>.</param>
internal readonly record struct RoomState(RedisValue[] Values, long Revision, RoomCipher? Cipher = null);
