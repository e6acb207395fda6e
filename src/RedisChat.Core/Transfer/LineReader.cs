namespace RedisChat;

/// <summary>Reads lines of bytes.</summary>
/// <param name="stream">Where from. It is disposed with this.</param>
/// <param name="longest">The length of the longest line that is read.</param>
internal sealed class LineReader(Stream stream, int longest) : IDisposable
{
    private byte[] _buffer = new byte[1 << 18];
    private int _start;
    private int _end;

    /// <summary>Reads the next line, without its end. It is valid until the next call.</summary>
    /// <exception cref="ChatTransferException">A line is too long or has no end.</exception>
    public bool TryRead(out ReadOnlyMemory<byte> line)
    {
        for (var searched = _start; ;)
        {
            var length = _buffer.AsSpan(searched, _end - searched).IndexOf((byte)'\n');
            if (length >= 0)
            {
                line = _buffer.AsMemory(_start, searched + length - _start);
                _start = searched + length + 1;
                return true;
            }

            searched = _end;
            if (_start > 0)
            {
                _buffer.AsSpan(_start, _end - _start).CopyTo(_buffer);
                (searched, _end, _start) = (searched - _start, _end - _start, 0);
            }

            if (_end == _buffer.Length)
            {
                if (_end >= longest)
                {
                    throw new ChatTransferException("A line of the export is longer than any that a chat writes. Export again.");
                }

                Array.Resize(ref _buffer, _buffer.Length * 2);
            }

            var count = stream.Read(_buffer.AsSpan(_end));
            if (count == 0)
            {
                line = default;
                return _end > 0 ? throw new ChatTransferException("The export ends in the middle of a line. Export again.") : false;
            }

            _end += count;
        }
    }

    public void Dispose() => stream.Dispose();
}
