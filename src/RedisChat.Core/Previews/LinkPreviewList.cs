using System.Collections;
using System.Runtime.CompilerServices;
using System.Text.Json.Serialization;

namespace RedisChat;

/// <summary>The link previews of a message, in the order of their links. Immutable, and compared by value; the default is empty.</summary>
/// <remarks>A collection expression makes one. In JSON it is an array, which is left out of a message if it is empty.</remarks>
[JsonConverter(typeof(LinkPreviewListJsonConverter))]
[CollectionBuilder(typeof(LinkPreviewList), nameof(Create))]
public readonly struct LinkPreviewList : IReadOnlyList<LinkPreview>, IEquatable<LinkPreviewList>
{
    private readonly LinkPreview[]? _items;

    private LinkPreviewList(LinkPreview[] items) => _items = items;

    /// <summary>The number of link previews.</summary>
    public int Count => _items?.Length ?? 0;

    /// <summary>A link preview, by its place.</summary>
    /// <param name="index">The place, from 0.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such place.</exception>
    public LinkPreview this[int index] => (uint)index < (uint)Count ? _items![index] : throw new ArgumentOutOfRangeException(nameof(index));

    /// <summary>Whether both have the same link previews, in the same order.</summary>
    public static bool operator ==(LinkPreviewList left, LinkPreviewList right) => left.Equals(right);

    /// <summary>Whether they differ.</summary>
    public static bool operator !=(LinkPreviewList left, LinkPreviewList right) => !left.Equals(right);

    /// <summary>Copies link previews.</summary>
    /// <param name="items">The link previews.</param>
    /// <exception cref="ChatInputException">One of them is <see langword="null"/>.</exception>
    public static LinkPreviewList Create(ReadOnlySpan<LinkPreview> items)
    {
        if (items.IsEmpty)
        {
            return default;
        }

        var copy = items.ToArray();
        return Array.Exists(copy, item => item is null) ? throw new ChatInputException("A link preview must not be null.", nameof(items)) : new(copy);
    }

    /// <inheritdoc/>
    public IEnumerator<LinkPreview> GetEnumerator() => ((IEnumerable<LinkPreview>)(_items ?? [])).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    /// <summary>Whether it has the same link previews, in the same order.</summary>
    /// <param name="other">The other list.</param>
    public bool Equals(LinkPreviewList other) => _items == other._items || (_items is not null && other._items is not null && _items.AsSpan().SequenceEqual(other._items));

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is LinkPreviewList other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => _items is null ? 0 : HashCode.Combine(_items.Length, _items[0]);

    /// <summary>Those whose links are in a text, in the order of the links, one for each.</summary>
    internal LinkPreviewList LinkedFrom(string text)
    {
        var previews = this;
        return [.. LinkFinder.Find(text, int.MaxValue).Select(link => previews.FirstOrDefault(preview => preview.Address == link)).OfType<LinkPreview>()];
    }
}
