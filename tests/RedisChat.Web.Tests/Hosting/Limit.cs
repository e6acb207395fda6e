namespace RedisChat.Web.Tests;

/// <summary>Ends a wait that would last forever: far longer than anything takes, even on a slow machine.</summary>
internal static class Limit
{
    public static CancellationToken Token => new CancellationTokenSource(TimeSpan.FromMinutes(1)).Token;
}
