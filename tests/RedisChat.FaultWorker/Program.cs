using System.Diagnostics;
using System.Runtime.InteropServices;
using RedisChat;
using RedisChat.Faults;
using RedisChat.Redis;
using RedisChat.Search.Sqlite;
using StackExchange.Redis;

// Sends, watches or is present until SIGTERM, then finishes the calls under way. On SIGHUP it disposes its store at once, in the middle of its work.
var options = WorkerOptions.Parse(args);
using var history = new HistoryWriter(options.Log);
TaskScheduler.UnobservedTaskException += (_, e) => history.Write(new Broken($"Unobserved: {e.Exception}"));
AppDomain.CurrentDomain.UnhandledException += (_, e) => history.Write(new Broken($"Unhandled: {e.ExceptionObject}"));
var ended = new TaskCompletionSource<PosixSignal>(TaskCreationOptions.RunContinuationsAsynchronously);
using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, End);
using var hangUp = PosixSignalRegistration.Create(PosixSignal.SIGHUP, End);

// Seal as early as possible, so that each fault hits sealed history too.
var storeOptions = new RedisStoreOptions { SealAfter = 1 };
var store = options.Keys.Length == 0
    ? new RedisMessageStore(ConfigurationOptions.Parse(options.Redis), storeOptions)
    : new RedisMessageStore(
        RedisConnection.Own(ConfigurationOptions.Parse(options.Redis)), storeOptions, null, encryption: new ChatEncryption(new FileKeyRing(options.Keys), null));
var settings = new ChatOptions { OperationTimeout = options.Timeout, Durability = options.Durability };
settings.Presence.Expiry = options.Expiry;
settings.Schedule.PollInterval = TimeSpan.FromMilliseconds(100);
settings.Upkeep.PollInterval = TimeSpan.FromMilliseconds(100);
settings.Upkeep.Lease = TimeSpan.FromSeconds(1);
using var index = options.Act == WorkerOptions.Index ? new SqliteMessageIndex(options.Users[0]) : null;
settings.Archive = options.Act == WorkerOptions.Archive ? new ArchivePolicy { KeepMessages = 1 } : null;
var archive = options.Act == WorkerOptions.Archive ? new FileRoomArchive(options.Users[0]) : null;
var chat = new Chat(store, settings, attachments: options.Act == WorkerOptions.Release ? new ReleaseLog(history) : null, index: index, archive: archive);
using var stop = new CancellationTokenSource();
var work = options.Act == WorkerOptions.Index ? [UntilTheEndAsync(token => chat.RunIndexAsync(new IndexingOptions { Rooms = _ => RoomsAsync() }, token))] : options.Rooms.SelectMany(Begin).ToArray();

var drains = await ended.Task == PosixSignal.SIGTERM;
await stop.CancelAsync();
if (drains)
{
    await Task.WhenAll(work);
}

var watch = Stopwatch.StartNew();
await store.DisposeAsync();
var disposal = watch.Elapsed;
await Task.WhenAll(work);

// The finalizers of tasks report their unobserved exceptions.
GC.Collect();
GC.WaitForPendingFinalizers();
history.Write(new Disposed(disposal.TotalMilliseconds));

void End(PosixSignalContext signal)
{
    signal.Cancel = true;
    ended.TrySetResult(signal.Signal);
}

IEnumerable<Task> Begin(string room, int index)
{
    var seed = (options.Seed * 1000) + (index * 10);
    return options.Act == WorkerOptions.Write ? [new WritingUser(chat, history, room, options.Users[0], options.Expiry).RunAsync(stop.Token)]
        : options.Users.Count > 0 && options.Act == WorkerOptions.Schedule ? [UntilTheEndAsync(chat.RunScheduleAsync)]
        : options.Users.Count > 0 && options.Act == WorkerOptions.Erase ? [UntilTheEndAsync(token => chat.User(options.Users[0]).EraseAsync(new ErasureOptions { Mode = ErasureMode.Anonymize }, cancellationToken: token))]
        : options.Users.Count > 0 && options.Act is WorkerOptions.Release or WorkerOptions.Archive ? [UntilTheEndAsync(chat.RunUpkeepAsync)]
        : options.Users.Count > 0 && options.Act != WorkerOptions.Enter ? [new JoiningUser(chat, history, room, options.Users[0]).RunAsync(options.Act, stop.Token)]
        : options.Users.Count > 0 ? [new RoomVisitors(chat, history, room, options.Users).RunAsync(stop.Token)]
        : options.Sends
        ? Enumerable.Range(1, options.Senders).Select(number => new Sender(chat, history, room, $"sender-{number}", seed + number).RunAsync(stop.Token))
        : [new RoomWatcher(chat, history, room, restarts: false, seed).RunAsync(stop.Token), new RoomWatcher(chat, history, room, restarts: true, seed).RunAsync(stop.Token)];
}

async IAsyncEnumerable<string> RoomsAsync()
{
    await Task.CompletedTask;
    foreach (var room in options.Rooms)
    {
        yield return room;
    }
}

async Task UntilTheEndAsync(Func<CancellationToken, Task> run)
{
    try
    {
        await run(stop.Token);
    }
    catch (OperationCanceledException)
    {
        // It ends.
    }
}
