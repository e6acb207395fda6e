using System.Globalization;
using System.Text;

namespace RedisChat.IntegrationTests;

/// <summary>The commands in what a client sends.</summary>
internal static class RespCommand
{
    /// <summary>Reads one whole command from the bytes: <c>*2\r\n$4\r\nHGET\r\n$1\r\nx\r\n</c>.</summary>
    public static List<string>? TryTake(List<byte> bytes)
    {
        var at = 0;
        if (ReadNumber('*') is not { } count)
        {
            return null;
        }

        var words = new List<string>();
        for (var i = 0; i < count; i++)
        {
            if (ReadNumber('$') is not { } length || at + length + 2 > bytes.Count)
            {
                return null;
            }

            words.Add(Encoding.UTF8.GetString([.. bytes.GetRange(at, length)]));
            at += length + 2;
        }

        bytes.RemoveRange(0, at);
        return words;

        int? ReadNumber(char type)
        {
            var end = at < bytes.Count ? bytes.IndexOf((byte)'\n', at) : -1;
            if (end < 0)
            {
                return null;
            }

            ((char)bytes[at]).Should().Be(type);
            var number = int.Parse(Encoding.ASCII.GetString([.. bytes.GetRange(at + 1, end - at - 2)]), CultureInfo.InvariantCulture);
            at = end + 1;
            return number;
        }
    }
}
