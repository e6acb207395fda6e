namespace RedisChat.Redis;

/// <summary>The scripts, read from the assembly once. Their number is fixed: nothing is ever put together into a script at run time.</summary>
internal static class LuaScripts
{
    public static readonly RedisScript MessageAppend = new("message_append.lua");

    public static readonly RedisScript MessageChange = new("message_change.lua");

    public static readonly RedisScript BucketSeal = new("bucket_seal.lua");

    public static readonly RedisScript ServerInfo = new("server_info.lua");
}
