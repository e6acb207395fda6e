using RedisChat.AotApp;

if (args is not [var configuration])
{
    Console.Error.WriteLine("Usage: RedisChat.AotApp <Redis configuration>");
    return 2;
}

await LibraryChecks.RunAsync(configuration);
await WebChecks.RunAsync(configuration);
Console.WriteLine("AOT app passed");
return 0;
