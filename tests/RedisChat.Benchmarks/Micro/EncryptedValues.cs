using System.Buffers;
using System.Security.Cryptography;
using BenchmarkDotNet.Attributes;
using RedisChat.Benchmarks.Texts;
using RedisChat.Redis;
using StackExchange.Redis;

namespace RedisChat.Benchmarks.Micro;

/// <summary>A plain value to an encrypted one, and an encrypted value to a message; beside them the two calls of AES-GCM that these cannot do without.</summary>
public class EncryptedValues : IDisposable
{
    private readonly ArrayBufferWriter<byte> _output = new();
    private readonly UserNames _names = new();
    private readonly byte[] _nonce = new byte[Subkey.NonceLength];
    private readonly byte[] _tag = new byte[Subkey.TagLength];
    private readonly byte[] _associated = new byte[30];
    private RoomCipher _cipher = null!;
    private byte[] _plain = null!;
    private byte[] _stored = null!;
    private AesGcm _aes = null!;
    private byte[] _text = null!;
    private byte[] _box = null!;

    [GlobalSetup]
    public void Prepare()
    {
        var key = new DataKey(RandomNumberGenerator.GetBytes(DataKey.Length), 1);
        _cipher = new RoomCipher("room-1", new ScopeKeys(new Dictionary<uint, DataKey> { [key.Id] = key }, key.Name, new Dictionary<string, Exception>(), 0));
        var json = new ArrayBufferWriter<byte>();
        MessageJson.WriteTailOfNew(json, new NewMessage("user0001", NaturalTexts.Embedded.Messages(seed: 8).First()));
        _plain = [.. "{\"t\":1795418409447122"u8, .. json.WrittenSpan];
        _stored = EncryptedValue.Seal(_cipher, BoxPlace.Message(1), _plain);
        _aes = new AesGcm(RandomNumberGenerator.GetBytes(32), Subkey.TagLength);
        _text = new byte[_plain.Length - 40];
        _box = new byte[_text.Length];
        _aes.Encrypt(_nonce, _text, _box, _tag, _associated);
    }

    [Benchmark]
    public int Seal()
    {
        _output.ResetWrittenCount();
        EncryptedJson.Seal(_cipher, BoxPlace.Message(1), _plain, _output);
        return _output.WrittenCount;
    }

    [Benchmark]
    public long Open() => EncryptedValue.TryRead(_cipher, BoxPlace.Message(1), _stored, out var message, out _, _names) ? message.Id : 0;

    [Benchmark]
    public long ParsePlain() => MessageJson.TryRead(1, _plain, out var message, _names) ? message.Id : 0;

    [Benchmark]
    public void Decrypt() => _aes.Decrypt(_nonce, _box, _tag, _text, _associated);

    [GlobalCleanup]
    public void Dispose()
    {
        _aes.Dispose();
        GC.SuppressFinalize(this);
    }
}
