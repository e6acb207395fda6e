namespace RedisChat.AotApp;

/// <summary>Ends the program with an error if something does not hold.</summary>
internal static class Checks
{
    public static void That(bool holds, string what)
    {
        if (!holds)
        {
            Console.Error.WriteLine($"AOT app failed: this does not hold: {what}.");
            Environment.Exit(1);
        }
    }
}
