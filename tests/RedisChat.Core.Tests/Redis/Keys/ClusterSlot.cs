using System.Text;

namespace RedisChat.Tests.Redis.Keys;

/// <summary>The hash slot of a key, as the Redis Cluster specification defines it: CRC16 (XMODEM) of the hash tag, modulo 16,384.</summary>
internal static class ClusterSlot
{
    public static int Of(string key)
    {
        var bytes = Encoding.UTF8.GetBytes(key).AsSpan();
        if (bytes.IndexOf((byte)'{') is var open && open >= 0
            && bytes[(open + 1)..].IndexOf((byte)'}') is var length && length > 0)
        {
            bytes = bytes.Slice(open + 1, length);
        }

        var crc = 0;
        foreach (var b in bytes)
        {
            crc ^= b << 8;
            for (var bit = 0; bit < 8; bit++)
            {
                crc = ((crc & 0x8000) != 0 ? (crc << 1) ^ 0x1021 : crc << 1) & 0xFFFF;
            }
        }

        return crc % 16384;
    }
}
