namespace RedisChat.Redis;

/// <summary>A scheduled message as it was read.</summary>
/// <param name="Message">The message.</param>
/// <param name="Created">When its entry was created, µs.</param>
/// <param name="Cipher">The cipher that decrypted it; <see langword="null"/> if it was not encrypted.</param>
internal readonly record struct ScheduledValue(ScheduledMessage Message, string Created, RoomCipher? Cipher);
