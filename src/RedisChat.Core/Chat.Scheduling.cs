namespace RedisChat;

/// <content>Sending what is scheduled.</content>
public sealed partial class Chat
{
    /// <summary>Sends scheduled messages when they are due, until it is canceled. Run it in one process or in several, for example in a <c>BackgroundService</c>.</summary>
    /// <remarks>
    /// Each scheduled message is sent exactly once, whichever of the processes are running or die: see <see cref="ChatRoom.Schedule"/>. A message is late by at most
    /// <see cref="ScheduleOptions.PollInterval"/>, and by what it takes to send those that are due before it, filters included; if the process that took it on dies, by about twice
    /// <see cref="ChatOptions.OperationTimeout"/>. While the store cannot be reached it waits, and logs.
    /// Processes that do not run it can schedule messages, too.
    /// </remarks>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="OperationCanceledException">It was canceled.</exception>
    /// <exception cref="NotSupportedException">The store does not support scheduled messages.</exception>
    public Task RunScheduleAsync(CancellationToken cancellationToken = default) =>
        new ScheduleSender(_store.RequireAbility<IScheduleStore>("scheduled messages"), _runner, Filters, Previews).RunAsync(cancellationToken);
}
