using System.Diagnostics;
using System.Text.Json.Serialization;

namespace RedisChat.Faults;

/// <summary>Something that a worker did or saw: one line of its log.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "event")]
[JsonDerivedType(typeof(SendBegan), "send began")]
[JsonDerivedType(typeof(SendAcknowledged), "send acknowledged")]
[JsonDerivedType(typeof(SendFailed), "send failed")]
[JsonDerivedType(typeof(ChangeBegan), "change began")]
[JsonDerivedType(typeof(ChangeAcknowledged), "change acknowledged")]
[JsonDerivedType(typeof(ChangeFailed), "change failed")]
[JsonDerivedType(typeof(WatchBegan), "watch began")]
[JsonDerivedType(typeof(WatchFailed), "watch failed")]
[JsonDerivedType(typeof(Received), "received")]
[JsonDerivedType(typeof(UsersEntered), "users entered")]
[JsonDerivedType(typeof(Acted), "acted")]
[JsonDerivedType(typeof(Broken), "broken")]
[JsonDerivedType(typeof(Disposed), "disposed")]
internal abstract record HistoryEvent
{
    /// <summary>By the monotonic clock (<see cref="Stopwatch"/>), which all processes of a machine share.</summary>
    public long Tick { get; init; } = Stopwatch.GetTimestamp();

    /// <summary>By the wall clock, for people.</summary>
    public DateTimeOffset At { get; init; } = DateTimeOffset.UtcNow;
}

/// <summary>An attempt to send one message or several together. Each message has a unique name, which identifies it for good.</summary>
/// <param name="Attempt">The number of the attempt, unique within its worker.</param>
/// <param name="Room">The room.</param>
/// <param name="User">The sender.</param>
/// <param name="Names">The unique name of each message. It is the text, and also the idempotency key if there is one.</param>
/// <param name="Keyed">Whether the application set idempotency keys.</param>
internal sealed record SendBegan(int Attempt, string Room, string User, IReadOnlyList<string> Names, bool Keyed) : HistoryEvent;

/// <summary>The receipts of an attempt, in the order of its names.</summary>
internal sealed record SendAcknowledged(int Attempt, IReadOnlyList<Receipt> Receipts) : HistoryEvent;

/// <summary>A <see cref="MessageReceipt"/>; the stamp is the message's time in µs.</summary>
internal sealed record Receipt(long Id, long Stamp, bool IsDuplicate);

/// <summary>An attempt that failed, for certain or with an unknown outcome.</summary>
internal sealed record SendFailed(int Attempt, bool MayHaveHappened, string Error) : HistoryEvent;

/// <summary>An attempt to edit a message, or to delete it if there is no text.</summary>
internal sealed record ChangeBegan(int Attempt, string Room, long Id, string? Text) : HistoryEvent;

/// <summary>A change that was answered; <paramref name="Found"/> says whether the message existed.</summary>
internal sealed record ChangeAcknowledged(int Attempt, bool Found) : HistoryEvent;

/// <summary>A change that failed, for certain or with an unknown outcome.</summary>
internal sealed record ChangeFailed(int Attempt, bool MayHaveHappened, string Error) : HistoryEvent;

/// <summary>A user joined a room or left it.</summary>
internal sealed record Acted(string Room, string Act) : HistoryEvent;

/// <summary>A watcher starts after a position, or resumes from a saved one.</summary>
internal sealed record WatchBegan(string Watcher, string Room, string After) : HistoryEvent;

/// <summary>A watcher's stream ended with an error.</summary>
internal sealed record WatchFailed(string Watcher, string Error) : HistoryEvent;

/// <summary>An event that a watcher received.</summary>
/// <param name="Watcher">The watcher.</param>
/// <param name="Kind">The kind of event.</param>
/// <param name="Id">The message's id, if the event concerns a message.</param>
/// <param name="Message">The message, if there is one.</param>
/// <param name="Position">The room's position after the event.</param>
internal sealed record Received(string Watcher, ReceivedKind Kind, long Id, HistoryMessage? Message, string Position) : HistoryEvent;

/// <summary>The kinds of <see cref="RoomEvent"/>.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<ReceivedKind>))]
internal enum ReceivedKind
{
    Created,
    Edited,
    Deleted,
    Gap,
    CaughtUp,
}

/// <summary>Users are present in a room.</summary>
internal sealed record UsersEntered(string Room, IReadOnlyList<string> Users) : HistoryEvent;

/// <summary>Something that must never be seen: an unobserved task exception, or an exception that is not the library's.</summary>
internal sealed record Broken(string What) : HistoryEvent;

/// <summary>The last event: how long the worker took to dispose its store.</summary>
internal sealed record Disposed(double Milliseconds) : HistoryEvent;
