using RedisChat.Benchmarks.Archive;
using RedisChat.Benchmarks.Delivery;
using RedisChat.Benchmarks.Life;
using RedisChat.Benchmarks.Memory;
using RedisChat.Benchmarks.Micro;
using RedisChat.Benchmarks.Presence;
using RedisChat.Benchmarks.Ratios;
using RedisChat.Benchmarks.ReadMarkers;
using RedisChat.Benchmarks.Search;
using RedisChat.Benchmarks.Transfer;
using RedisChat.Benchmarks.Watching;
using RedisChat.Benchmarks.Web.Nodes;

// The last four run when this program starts itself as a separate process to measure.
return args switch
{
    ["ratios", .. var rest] => await RatiosCommand.RunAsync(rest),
    ["micro", .. var rest] => MicroCommand.Run(rest),
    ["sealed"] => SealingCommand.Run(),
    ["presence"] => await PresenceCommand.RunAsync(),
    ["markers"] => await ReadMarkerCommand.RunAsync(),
    ["archive"] => await ArchiveCommand.RunAsync(2_000_000),
    ["archive", var messages] => await ArchiveCommand.RunAsync(int.Parse(messages, System.Globalization.CultureInfo.InvariantCulture)),
    ["search"] => await SearchCommand.RunAsync(),
    ["transfer", .. var rest] => await TransferCommand.RunAsync(rest),
    ["life", .. var rest] => await LifeCommand.RunAsync(rest),
    [SignalRServer.Verb, .. var rest] => await SignalRServer.RunAsync(rest),
    [TransferStep.Verb, .. var rest] => await TransferStep.RunAsync(rest),
    [RoomWatcher.Verb, .. var rest] => await RoomWatcher.RunAsync(rest),
    [WebNode.Verb, .. var rest] => await WebNode.RunAsync(rest),
    _ => RatiosCommand.Usage(),
};
