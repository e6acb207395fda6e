namespace RedisChat.Benchmarks.Life;

/// <summary>A part of the life of a chat, during which senders go on.</summary>
internal interface ILifePhase
{
    string Name { get; }

    /// <summary>Whether rooms are encrypted from this phase on.</summary>
    bool Encrypts => false;

    /// <summary>Whether the application has an archive from this phase on.</summary>
    bool Archives => false;

    /// <summary>Prepares the phase before the senders begin.</summary>
    Task PrepareAsync(LifeRun run) => Task.CompletedTask;

    /// <summary>Runs the phase. Throws if something is not as promised.</summary>
    Task RunAsync(LifeRun run, LifeChat chat);
}
