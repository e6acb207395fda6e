using System.Buffers;
using BenchmarkDotNet.Attributes;
using RedisChat.Benchmarks.Texts;
using RedisChat.Redis;

namespace RedisChat.Benchmarks.Micro;

/// <summary>A message to its stored form, and back: once for each message of a page.</summary>
public class MessageValues
{
    private readonly ArrayBufferWriter<byte> _json = new();
    private NewMessage _message = null!;
    private byte[] _stored = null!;

    [GlobalSetup]
    public void Prepare()
    {
        _message = new NewMessage("user0001", NaturalTexts.Embedded.Messages(seed: 8).First());
        _stored = [.. "{\"t\":1795418409447122"u8, .. Encoded().Span];
    }

    [Benchmark]
    public int Encode() => Encoded().Length;

    [Benchmark]
    public long Parse() => MessageJson.TryRead(1, _stored, out var message) ? message.Id : 0;

    private ReadOnlyMemory<byte> Encoded()
    {
        _json.ResetWrittenCount();
        MessageJson.WriteTailOfNew(_json, _message);
        return _json.WrittenMemory;
    }
}
