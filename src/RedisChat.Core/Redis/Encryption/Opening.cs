namespace RedisChat.Redis;

/// <summary>What came of decrypting a value.</summary>
internal enum Opening
{
    /// <summary>The value is not encrypted.</summary>
    Plain,

    /// <summary>It was decrypted.</summary>
    Opened,

    /// <summary>Its key is not among those that were loaded.</summary>
    NoKey,

    /// <summary>It was changed, belongs elsewhere, or has a form that this version does not know.</summary>
    Invalid,
}
