namespace RedisChat.Benchmarks.Delivery;

internal static class SignalRServer { public const string Verb = "signalr-server"; public static Task<int> RunAsync(string[] a) => Task.FromResult(a.Length); }
