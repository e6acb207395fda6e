namespace RedisChat.Redis;

/// <summary>The scripts, read from the assembly once. Their number is fixed: nothing is ever put together into a script at run time.</summary>
internal static class LuaScripts
{
    public static readonly string MessageAppend = Read("message_append.lua");

    public static readonly string MessageChange = Read("message_change.lua");

    public static readonly string ServerInfo = Read("server_info.lua");

    private static string Read(string name)
    {
        using var stream = typeof(LuaScripts).Assembly.GetManifestResourceStream(name)
            ?? throw new InvalidOperationException($"The script {name} is missing from the assembly.");
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }
}
