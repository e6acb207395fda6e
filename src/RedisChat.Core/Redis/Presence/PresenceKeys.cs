namespace RedisChat.Redis;

/// <summary>The letters of presence, and the text between a user and a process in its sorted sets: no id contains a control character.</summary>
internal static class PresenceKeys
{
    /// <summary>The feature's letter in the room's field <c>uses</c>, as long as somebody is in the room. Scripts know it too.</summary>
    public const char Letter = 'h';
}
