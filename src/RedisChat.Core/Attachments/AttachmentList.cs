using System.Collections;
using System.Runtime.CompilerServices;
using System.Text.Json.Serialization;

namespace RedisChat;

/// <summary>The attachments of a message, in the order in which they were given. Immutable, and compared by value; the default is empty.</summary>
/// <remarks>A collection expression makes one. In JSON it is an array, which is left out of a message if it is empty.</remarks>
[JsonConverter(typeof(AttachmentListJsonConverter))]
[CollectionBuilder(typeof(AttachmentList), nameof(Create))]
public readonly struct AttachmentList : IReadOnlyList<Attachment>, IEquatable<AttachmentList>
{
    private readonly Attachment[]? _items;

    private AttachmentList(Attachment[] items) => _items = items;

    /// <summary>The number of attachments.</summary>
    public int Count => _items?.Length ?? 0;

    /// <summary>An attachment, by its place.</summary>
    /// <param name="index">The place, from 0.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such place.</exception>
    public Attachment this[int index] => (uint)index < (uint)Count ? _items![index] : throw new ArgumentOutOfRangeException(nameof(index));

    /// <summary>Whether both have the same attachments, in the same order.</summary>
    public static bool operator ==(AttachmentList left, AttachmentList right) => left.Equals(right);

    /// <summary>Whether they differ.</summary>
    public static bool operator !=(AttachmentList left, AttachmentList right) => !left.Equals(right);

    /// <summary>Copies attachments.</summary>
    /// <param name="items">The attachments.</param>
    /// <exception cref="ChatInputException">One of them is <see langword="null"/>.</exception>
    public static AttachmentList Create(ReadOnlySpan<Attachment> items)
    {
        if (items.IsEmpty)
        {
            return default;
        }

        var copy = items.ToArray();
        return Array.Exists(copy, item => item is null) ? throw new ChatInputException("An attachment must not be null.", nameof(items)) : new(copy);
    }

    /// <inheritdoc/>
    public IEnumerator<Attachment> GetEnumerator() => ((IEnumerable<Attachment>)(_items ?? [])).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    /// <summary>Whether it has the same attachments, in the same order.</summary>
    /// <param name="other">The other list.</param>
    public bool Equals(AttachmentList other) => _items == other._items || (_items is not null && other._items is not null && _items.AsSpan().SequenceEqual(other._items));

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is AttachmentList other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => _items is null ? 0 : HashCode.Combine(_items.Length, _items[0]);

    /// <summary>Those whose addresses the other list does not have.</summary>
    internal AttachmentList ReleasedBy(AttachmentList after) =>
        Count == 0 || Equals(after) ? default : [.. this.Where(attachment => !after.Any(other => other.Address == attachment.Address))];
}
