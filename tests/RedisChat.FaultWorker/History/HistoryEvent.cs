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
[JsonDerivedType(typeof(Told), "told")]
[JsonDerivedType(typeof(Broken), "broken")]
[JsonDerivedType(typeof(Disposed), "disposed")]
internal abstract record HistoryEvent
{
    /// <summary>By the monotonic clock (<see cref="Stopwatch"/>), which all processes of a machine share.</summary>
    public long Tick { get; init; } = Stopwatch.GetTimestamp();

    /// <summary>By the wall clock, for people.</summary>
    public DateTimeOffset At { get; init; } = DateTimeOffset.UtcNow;
}

/// <summary>An attempt to send, of one message or of several together. Each text is sent under its own name, so that it can be told apart for ever.</summary>
/// <param name="Attempt">The number of the attempt among all of its worker.</param>
/// <param name="Room">The room.</param>
/// <param name="User">The sender.</param>
/// <param name="Names">What tells each message from all others. It is the text, and the idempotency key if there is one.</param>
/// <param name="Keyed">Whether the messages carry idempotency keys of the application's.</param>
internal sealed record SendBegan(int Attempt, string Room, string User, IReadOnlyList<string> Names, bool Keyed) : HistoryEvent;

/// <summary>The receipts of an attempt, in the order of its names.</summary>
internal sealed record SendAcknowledged(int Attempt, IReadOnlyList<Receipt> Receipts) : HistoryEvent;

/// <summary>What a <see cref="MessageReceipt"/> says; the stamp is the message's time in µs.</summary>
internal sealed record Receipt(long Id, long Stamp, bool IsDuplicate);

/// <summary>An attempt that failed: for certain, or it may have happened.</summary>
internal sealed record SendFailed(int Attempt, bool MayHaveHappened, string Error) : HistoryEvent;

/// <summary>An attempt to edit a message, or without a text to delete it.</summary>
internal sealed record ChangeBegan(int Attempt, string Room, long Id, string? Text) : HistoryEvent;

/// <summary>A change that was answered; <paramref name="Found"/> says whether there was such a message.</summary>
internal sealed record ChangeAcknowledged(int Attempt, bool Found) : HistoryEvent;

/// <summary>A change that failed: for certain, or it may have happened.</summary>
internal sealed record ChangeFailed(int Attempt, bool MayHaveHappened, string Error) : HistoryEvent;

/// <summary>A watcher begins to watch after a position, or goes on from one that it kept.</summary>
internal sealed record WatchBegan(string Watcher, string Room, string After) : HistoryEvent;

/// <summary>A watcher's stream ended by an error.</summary>
internal sealed record WatchFailed(string Watcher, string Error) : HistoryEvent;

/// <summary>What a watcher was told.</summary>
/// <param name="Watcher">The watcher.</param>
/// <param name="Kind">The kind of event.</param>
/// <param name="Id">The message's id, if it is about a message.</param>
/// <param name="Message">The message, if there is one.</param>
/// <param name="Position">The room's position after it.</param>
internal sealed record Told(string Watcher, ToldKind Kind, long Id, HistoryMessage? Message, string Position) : HistoryEvent;

/// <summary>The kinds of <see cref="RoomEvent"/>.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<ToldKind>))]
internal enum ToldKind
{
    Created,
    Edited,
    Deleted,
    Gap,
    CaughtUp,
}

/// <summary>Something that must never be seen: an unobserved task exception, or an error that is none of the library's.</summary>
internal sealed record Broken(string What) : HistoryEvent;

/// <summary>The last one: the worker has disposed its store, and how long that took.</summary>
internal sealed record Disposed(double Milliseconds) : HistoryEvent;
