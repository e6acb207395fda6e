using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace RedisChat;

/// <summary>
/// Master keys in a file, for development: anyone who can read the file can read the messages. In production, keep master keys where the application's other secrets are, such as a key vault: see
/// <see cref="IChatKeyRing"/>.
/// </summary>
/// <remarks>
/// The file is created with a random key if it does not exist, readable by its owner only. Each line is a key: its id, eight hex digits, a space, and 32 bytes in Base64. The last line wraps; all lines unwrap.
/// It is read again before it wraps, and whenever it lacks a key that is needed. Thread-safe; processes that share rooms must share the file.
/// </remarks>
public sealed class FileKeyRing : IChatKeyRing
{
    private const int KeyLength = 32;
    private const int IdLength = 4;
    private const int NonceLength = 12;
    private const int TagLength = 16;

    private readonly string _path;
    private volatile IReadOnlyList<(string Id, byte[] Key)> _keys;

    /// <summary>Opens the file, or creates it.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="ArgumentException">The path is empty, or the file contains something else.</exception>
    /// <exception cref="IOException">The file cannot be read or created.</exception>
    public FileKeyRing(string path)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        _path = Path.GetFullPath(path);
        if (!File.Exists(_path))
        {
            Create();
        }

        _keys = Read();
    }

    /// <summary>Adds a new master key, which wraps data keys from now on, also in other processes. Do so in one process at a time. Call <see cref="EncryptionKeys.RewrapAsync"/> before you remove an earlier one.</summary>
    /// <exception cref="ArgumentException">The file contains something else. It was not changed.</exception>
    /// <exception cref="IOException">The file is gone, or cannot be written.</exception>
    public void AddKey()
    {
        _ = Read();

        // Written at the end, not in place of the file: what other processes read meanwhile is complete.
        using (var file = new FileStream(_path, FileMode.Open, FileAccess.ReadWrite, FileShare.Read))
        {
            // An editor may have left out the end of the last line, and the keys would become one line.
            file.Seek(-1, SeekOrigin.End);
            var end = file.ReadByte() == '\n' ? "" : "\n";
            file.Write(Encoding.ASCII.GetBytes(end + NewLine()));
            file.Flush(flushToDisk: true);
        }

        _keys = Read();
    }

    /// <inheritdoc/>
    public ValueTask<byte[]> WrapAsync(ReadOnlyMemory<byte> key, string scope, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(scope);
        var (id, master) = Last();
        var wrapped = new byte[IdLength + NonceLength + key.Length + TagLength];
        Convert.FromHexString(id).CopyTo(wrapped, 0);
        var nonce = wrapped.AsSpan(IdLength, NonceLength);
        RandomNumberGenerator.Fill(nonce);
        using var cipher = new AesGcm(master, TagLength);
        cipher.Encrypt(nonce, key.Span, wrapped.AsSpan(IdLength + NonceLength, key.Length), wrapped.AsSpan(IdLength + NonceLength + key.Length), Encoding.UTF8.GetBytes(scope));
        return new ValueTask<byte[]>(wrapped);
    }

    /// <inheritdoc/>
    public ValueTask<byte[]> UnwrapAsync(ReadOnlyMemory<byte> wrapped, string scope, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(scope);
        if (wrapped.Length < IdLength + NonceLength + TagLength)
        {
            throw new CryptographicException("It is not a key that was wrapped by a key file.");
        }

        var id = IdOf(wrapped.Span);
        var master = Find(id);
        if (master is null)
        {
            _keys = Read();
            master = Find(id) ?? throw new CryptographicException($"The key file does not contain the master key {id}.");
        }

        var key = new byte[wrapped.Length - IdLength - NonceLength - TagLength];
        using var cipher = new AesGcm(master, TagLength);
        cipher.Decrypt(
            wrapped.Span.Slice(IdLength, NonceLength), wrapped.Span[(IdLength + NonceLength)..^TagLength], wrapped.Span[^TagLength..], key, Encoding.UTF8.GetBytes(scope));
        return new ValueTask<byte[]>(key);
    }

    /// <inheritdoc/>
    public bool IsCurrent(ReadOnlyMemory<byte> wrapped) => wrapped.Length > IdLength && IdOf(wrapped.Span) == Last().Id;

    private static string IdOf(ReadOnlySpan<byte> wrapped) => Convert.ToHexString(wrapped[..IdLength]).ToLower(CultureInfo.InvariantCulture);

    private static string NewLine() =>
        $"{Convert.ToHexString(RandomNumberGenerator.GetBytes(IdLength)).ToLower(CultureInfo.InvariantCulture)} {Convert.ToBase64String(RandomNumberGenerator.GetBytes(KeyLength))}\n";

    /// <summary>The key that wraps. Another process may have added or removed keys.</summary>
    private (string Id, byte[] Key) Last()
    {
        _keys = Read();
        return _keys[^1];
    }

    private byte[]? Find(string id)
    {
        foreach (var (known, key) in _keys)
        {
            if (known == id)
            {
                return key;
            }
        }

        return null;
    }

    /// <summary>Creates the file, complete or not at all: another process may do the same.</summary>
    private void Create()
    {
        var directory = Path.GetDirectoryName(_path)!;
        DurableFile.CreateDirectory(directory);
        var whole = $"{_path}.{Guid.NewGuid():n}";
        DurableFile.Write(whole, Encoding.ASCII.GetBytes(NewLine()));
        try
        {
            File.Move(whole, _path, overwrite: false);
        }
        catch (IOException) when (File.Exists(_path))
        {
            File.Delete(whole);
        }

        // Whoever has created the file, its name must not be lost: data keys are about to be wrapped with its key.
        DurableFile.FlushDirectory(directory);
    }

    private List<(string Id, byte[] Key)> Read()
    {
        var keys = new List<(string, byte[])>();
        foreach (var line in File.ReadAllLines(_path))
        {
            var key = new byte[KeyLength];
            if (line.Split(' ') is not [{ Length: 2 * IdLength } id, var text] || !id.All(char.IsAsciiHexDigitLower) || !Convert.TryFromBase64String(text, key, out var length) || length != KeyLength)
            {
                throw new ArgumentException("The key file has a line that is not a key: eight hex digits, a space, and 32 bytes in Base64. Restore it from a backup; without its keys, messages cannot be read.", "path");
            }

            keys.Add((id, key));
        }

        return keys.Count > 0 ? keys : throw new ArgumentException("The key file is empty. Restore it from a backup, or delete it to get a new key.", "path");
    }
}
