using System.Security.Cryptography;

namespace RedisChat;

/// <summary>A file that is written from front to back, with the digest of what was written.</summary>
internal sealed class HashedFile : Stream
{
    private readonly FileStream _file;
    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private long _length;

    private HashedFile(FileStream file) => _file = file;

    public override bool CanRead => false;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => _length;

    public override long Position
    {
        get => _length;
        set => throw new NotSupportedException();
    }

    /// <summary>Opens a file to be continued after its first bytes, and cuts off the rest.</summary>
    public static HashedFile Continue(string path, long length)
    {
        var file = new HashedFile(new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.Read, bufferSize: 1 << 16));
        if (file._file.Length < length)
        {
            file.Dispose();
            throw new ChatTransferException($"The file {Path.GetFileName(path)} of the interrupted export is shorter than it was. Export again into an empty directory.");
        }

        if (file._file.Length > length)
        {
            file._file.SetLength(length);
        }

        var buffer = new byte[1 << 16];
        while (file._length < length)
        {
            var count = file._file.Read(buffer);
            file._hash.AppendData(buffer, 0, count);
            file._length += count;
        }

        return file;
    }

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        _file.Write(buffer);
        _hash.AppendData(buffer);
        _length += buffer.Length;
    }

    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    /// <summary>What the file is so far, on the disk.</summary>
    public ExportFile Completed()
    {
        _file.Flush(flushToDisk: true);
        return new ExportFile(Path.GetFileName(_file.Name), _length, Convert.ToHexString(_hash.GetCurrentHash()).ToLowerInvariant());
    }

    /// <summary>Closes the file.</summary>
    public ExportFile Complete()
    {
        var file = Completed();
        Dispose();
        return file;
    }

    public override void Flush()
    {
    }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            using var hash = _hash;
            _file.Dispose();
        }

        base.Dispose(disposing);
    }
}
