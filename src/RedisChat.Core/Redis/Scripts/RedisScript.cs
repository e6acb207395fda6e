using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace RedisChat.Redis;

/// <summary>A script, and the hash that servers know it by.</summary>
internal sealed class RedisScript
{
    public RedisScript(string name)
    {
        using var stream = typeof(RedisScript).Assembly.GetManifestResourceStream(name)
            ?? throw new InvalidOperationException($"The script {name} is missing from the assembly.");
        using var reader = new StreamReader(stream);
        Text = reader.ReadToEnd();

        // Redis's name for a script (EVALSHA), no protection of anything.
#pragma warning disable CA5350
        Hash = Encoding.ASCII.GetBytes(Convert.ToHexString(SHA1.HashData(Encoding.UTF8.GetBytes(Text))).ToLower(CultureInfo.InvariantCulture));
#pragma warning restore CA5350
    }

    public string Text { get; }

    /// <summary>Forty hexadecimal digits.</summary>
    public byte[] Hash { get; }
}
