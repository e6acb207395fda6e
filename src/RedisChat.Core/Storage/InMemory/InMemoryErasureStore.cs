using System.Collections.Concurrent;
using System.Globalization;
using System.Security.Cryptography;

namespace RedisChat;

/// <summary>Erases users in memory. Each room is one step.</summary>
/// <param name="rooms">All rooms, threads and scopes of users.</param>
/// <param name="findOrAdd">Finds or creates one.</param>
/// <param name="presence">Who is in the rooms.</param>
internal sealed class InMemoryErasureStore(ConcurrentDictionary<string, InMemoryRoom> rooms, Func<string, InMemoryRoom> findOrAdd, InMemoryPresenceStore presence) : IErasureStore
{
    private readonly ConcurrentDictionary<string, UserErasure> _erasures = new(StringComparer.Ordinal);

    public ValueTask<UserErasure> BeginErasureAsync(string user, ErasureMode mode, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var begun = new UserErasure(user, mode, $"erased~{Convert.ToHexString(RandomNumberGenerator.GetBytes(10))}");
        var erasure = _erasures.GetOrAdd(user, begun);
        erasure = ReferenceEquals(erasure, begun) ? erasure : erasure with { IsContinued = true };
        return erasure.Mode == mode ? new(erasure)
            : throw new ChatInputException($"An erasure of this user was begun with the mode {erasure.Mode}, and has not ended. Continue it with that mode first.", nameof(mode));
    }

    public ValueTask<FoundRooms> FindRoomsAsync(string? user, string? cursor, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return new(new FoundRooms([.. rooms.Keys.Where(room => user is null || room != UserScope.Of(user)).Select(room => new FoundRoom(room, []))], null));
    }

    public ValueTask<string> IdentifyServersAsync(CancellationToken cancellationToken = default) => new("");

    public ValueTask<ErasedStep> EraseStepAsync(UserErasure erasure, FoundRoom room, string? cursor, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var wasPresent = presence.IsPresent(room.Room, erasure.User);
        presence.Remove(room.Room, erasure.User);
        var step = findOrAdd(room.Room).Erase(erasure, UserScope.TryGetUser(room.Room, out _));
        return new(wasPresent ? step with { Found = true } : step);
    }

    public ValueTask EndErasureAsync(UserErasure erasure, IReadOnlyCollection<string> marked, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        foreach (var room in marked)
        {
            findOrAdd(room).EndErasure(erasure.User);
        }

        if (rooms.TryGetValue(UserScope.Of(erasure.User), out var scope))
        {
            scope.ForgetScope();
        }

        _erasures.TryRemove(erasure.User, out _);
        return default;
    }

    public ValueTask<SearchedStep> SearchAsync(string user, FoundRoom room, string? cursor, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        ThrowIfContinued(cursor);
        var target = findOrAdd(room.Room);
        var findings = new ErasureFindings
        {
            Searched = 1,
            Remaining = [.. target.Records(room.Room, user).Select(record => new ErasureTrace(room.Room, record.MessageId?.ToString(CultureInfo.InvariantCulture)))],
            TextOfOthers = [.. target.TextsWith(user).Select(id => new ErasureTrace(room.Room, id.ToString(CultureInfo.InvariantCulture)))],
        };
        return new(new SearchedStep(findings, null));
    }

    public ValueTask<UserRecordsStep> ReadRecordsAsync(string user, FoundRoom room, string? cursor, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        ThrowIfContinued(cursor);
        var records = findOrAdd(room.Room).Records(UserScope.TryGetUser(room.Room, out _) ? "" : room.Room, user);
        return new(new UserRecordsStep(
            presence.IsPresent(room.Room, user) ? [.. records, new UserRecord { Kind = UserRecordKind.Presence, Room = room.Room }] : records, null));
    }

    // Each room is one step.
    private static void ThrowIfContinued(string? cursor)
    {
        if (cursor is not null)
        {
            throw new ChatInputException("The cursor is not one that was returned before.", nameof(cursor));
        }
    }
}
