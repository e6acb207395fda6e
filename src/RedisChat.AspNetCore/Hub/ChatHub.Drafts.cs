namespace RedisChat.AspNetCore;

/// <content>Drafts.</content>
public sealed partial class ChatHub
{
    /// <summary>Lists the caller's drafts, the last one saved first.</summary>
    public Task<IReadOnlyList<Draft>> GetDrafts() => CallAsync(caller => caller.Drafts.ListAsync(Context.ConnectionAborted));

    /// <summary>Reads the caller's draft of a room; null if there is none.</summary>
    /// <param name="room">The room's id.</param>
    public Task<Draft?> GetDraft(string room) => CallAsync(caller => caller.Drafts.GetAsync(room, Context.ConnectionAborted));

    /// <summary>Saves the caller's draft of a room, in place of the one that it has.</summary>
    /// <param name="room">The room's id.</param>
    /// <param name="draft">The draft.</param>
    public Task<Draft> SaveDraft(string room, DraftRequest draft) =>
        CallAsync(caller => caller.Drafts.SaveAsync(room, draft?.Text!, draft?.Metadata, Context.ConnectionAborted));

    /// <summary>Discards the caller's draft of a room; false if there is none.</summary>
    /// <param name="room">The room's id.</param>
    public Task<bool> DiscardDraft(string room) => CallAsync(caller => caller.Drafts.DiscardAsync(room, Context.ConnectionAborted));

    /// <summary>Receives the caller's drafts from now on: first each as it is, then each that is saved or discarded on a device.</summary>
    public Task OpenDrafts() => RunAsync(() =>
    {
        Session.Stream.CheckDrafts();
        Session.Stream.OpenDrafts();
        return Task.FromResult(0);
    });

    /// <summary>Receives the drafts no more.</summary>
    public Task CloseDrafts() => RunAsync(async () =>
    {
        await Session.Stream.CloseDraftsAsync().ConfigureAwait(false);
        return 0;
    });
}
