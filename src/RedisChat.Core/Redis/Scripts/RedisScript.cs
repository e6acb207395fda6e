using System.Globalization;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using StackExchange.Redis;

namespace RedisChat.Redis;

/// <summary>
/// A script, loaded from the assembly once. Runs by its hash, or by its text on a server that does not know it yet. Scripts are constant: nothing but a
/// line <c>--#include file.lua</c> is ever replaced, by the text of another file of the assembly.
/// </summary>
internal sealed partial class RedisScript
{
    /// <summary>The number of words in a call before the keys: the script, and the number of keys.</summary>
    public const int HeadWords = 2;

    private readonly byte[] _hash;

    public RedisScript(string name)
    {
        Text = Include().Replace(Load(name), match => Load(match.Groups["file"].Value));

        // SHA-1 is Redis's name for a script (EVALSHA); it protects nothing.
#pragma warning disable CA5350
        _hash = Encoding.ASCII.GetBytes(Convert.ToHexString(SHA1.HashData(Encoding.UTF8.GetBytes(Text))).ToLower(CultureInfo.InvariantCulture));
#pragma warning restore CA5350
    }

    public string Text { get; }

    /// <summary>Runs the script. The caller disposes the answer.</summary>
    /// <param name="database">The database to run it on.</param>
    /// <param name="words">
    /// <see cref="HeadWords"/> words for this method to fill in, then the keys and the arguments. Must not change until the answer has arrived.
    /// </param>
    /// <param name="keys">The number of words that are keys.</param>
    /// <param name="flags">How to send it.</param>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<RespResult> RunAsync(IDatabase database, Memory<RedisKeyOrValue> words, int keys, CommandFlags flags)
    {
        words.Span[0] = (RedisValue)_hash;
        words.Span[1] = (RedisValue)keys;
        try
        {
            return await database.ExecuteRespAsync("EVALSHA", words, flags).ConfigureAwait(false);
        }
        catch (RedisServerException e) when (e.Message.StartsWith("NOSCRIPT", StringComparison.Ordinal))
        {
            words.Span[0] = (RedisValue)Text;
            return await database.ExecuteRespAsync("EVAL", words, flags).ConfigureAwait(false);
        }
    }

    /// <summary>Runs the script on the primary, and returns its answer: the values of an array, or the one value.</summary>
    /// <param name="database">The database to run it on.</param>
    /// <param name="keys">The number of words that are keys.</param>
    /// <param name="words">The keys and the arguments.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    public async Task<RedisValue[]> AskAsync(IDatabase database, int keys, RedisKeyOrValue[] words, CancellationToken cancellationToken)
    {
        using var answer = await RunAsync(database, new RedisKeyOrValue[] { default, default }.Concat(words).ToArray(), keys, CommandFlags.DemandMaster)
            .AsTask().UntilAsync(cancellationToken).ConfigureAwait(false);
        var reader = answer.Read();
        if (!reader.IsAggregate)
        {
            return [reader.IsNull ? RedisValue.Null : reader.ReadByteArray()];
        }

        var values = new RedisValue[reader.AggregateLength()];
        for (var i = 0; i < values.Length; i++)
        {
            reader.MoveNext();
            values[i] = reader.IsNull ? RedisValue.Null : reader.ReadByteArray();
        }

        return values;
    }

    /// <summary>Runs a script without keys and arguments on one server.</summary>
    public Task<RedisResult> RunAsync(IServer server) => server.ExecuteAsync("EVAL", Text, 0);

    private static string Load(string name)
    {
        using var stream = typeof(RedisScript).Assembly.GetManifestResourceStream(name)
            ?? throw new InvalidOperationException($"The script {name} is missing from the assembly.");
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }

    [GeneratedRegex("^ *--#include (?<file>[a-z_]+\\.lua)$", RegexOptions.Multiline | RegexOptions.CultureInvariant)]
    private static partial Regex Include();
}
