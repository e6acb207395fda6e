using System.Collections;
using System.Runtime.CompilerServices;
using System.Text.Json.Serialization;

namespace RedisChat;

/// <summary>The mentions of a message: each once, in a fixed order. Immutable, and compared by value; the default is empty.</summary>
/// <remarks>
/// A collection expression makes one: <c>[Mention.User("ann"), Mention.Everyone]</c>. The order is fixed, so that a send that is repeated with another order is recognized. In JSON it
/// is an array of words (<see cref="Mention"/>), which is left out of a message if it is empty.
/// </remarks>
[JsonConverter(typeof(MentionListJsonConverter))]
[CollectionBuilder(typeof(MentionList), nameof(Create))]
public readonly struct MentionList : IReadOnlyList<Mention>, IEquatable<MentionList>
{
    private readonly Mention[]? _mentions;

    private MentionList(Mention[] mentions) => _mentions = mentions.Length == 0 ? null : mentions;

    /// <summary>The number of mentions.</summary>
    public int Count => _mentions?.Length ?? 0;

    /// <summary>A mention, by its place in the order.</summary>
    /// <param name="index">The place, from 0.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such place.</exception>
    public Mention this[int index] => (uint)index < (uint)Count ? _mentions![index] : throw new ArgumentOutOfRangeException(nameof(index));

    /// <summary>Whether both have the same mentions.</summary>
    public static bool operator ==(MentionList left, MentionList right) => left.Equals(right);

    /// <summary>Whether they have not the same mentions.</summary>
    public static bool operator !=(MentionList left, MentionList right) => !left.Equals(right);

    /// <summary>Copies mentions. Those that occur several times are taken once.</summary>
    /// <param name="mentions">The mentions, in any order.</param>
    /// <exception cref="ChatInputException">One of them is <see langword="null"/>.</exception>
    public static MentionList Create(ReadOnlySpan<Mention> mentions)
    {
        if (mentions.IsEmpty)
        {
            return default;
        }

        var copy = mentions.ToArray();
        return Array.Exists(copy, mention => mention is null)
            ? throw new ChatInputException("A mention must not be null.", nameof(mentions))
            : new([.. copy.Distinct().OrderBy(mention => mention.ToString(), StringComparer.Ordinal)]);
    }

    /// <inheritdoc/>
    public IEnumerator<Mention> GetEnumerator() => ((IEnumerable<Mention>)(_mentions ?? [])).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    /// <summary>Whether it has the same mentions.</summary>
    /// <param name="other">The other list.</param>
    public bool Equals(MentionList other) => _mentions == other._mentions || (_mentions is not null && other._mentions is not null && _mentions.AsSpan().SequenceEqual(other._mentions));

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is MentionList other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => _mentions is null ? 0 : HashCode.Combine(_mentions.Length, _mentions[0], _mentions[^1]);

    /// <summary>The mentions as words, separated by spaces.</summary>
    public override string ToString() => string.Join(' ', this);

    /// <summary>Whether a message of someone else that has these mentions mentions a user.</summary>
    /// <param name="author">The author of the message.</param>
    /// <param name="user">The user's id.</param>
    /// <param name="role">The user's role; <see langword="null"/> if the user is not a member.</param>
    internal bool Mentions(string author, string user, string? role) => author != user && Array.Exists(_mentions ?? [], mention => mention.Means(user, role));

    /// <summary>The users who are mentioned besides the author, and were not before.</summary>
    internal IReadOnlyList<string> UsersAddedTo(MentionList before, string author) =>
        Count == 0 ? [] : [.. this.Except(before).Where(mention => mention.Kind == MentionKind.User && mention.Id != author).Select(mention => mention.Id)];
}
