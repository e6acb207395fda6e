using System.ComponentModel;

namespace RedisChat;

/// <summary>The durability of sends as an option, in a form that binds from configuration: see <see cref="ChatOptions.Durability"/>.</summary>
/// <remarks>
/// <para>
/// In code, assign a <see cref="Durability"/>: <c>options.Durability = Durability.Replicated(2, TimeSpan.FromSeconds(5))</c>. In configuration, write a
/// section, <c>"Durability": { "Replicas": 2, "Timeout": "00:00:05" }</c>, or a string: <c>Memory</c>, <c>Replicated(2)</c>, <c>Replicated(2, 00:00:05)</c>,
/// <c>Fsynced</c>, <c>Fsynced(00:00:01)</c>.
/// </para>
/// <para>
/// The source generator for configuration binding, which Native AOT uses, ignores strings for any class, including this one. Write a section there.
/// </para>
/// </remarks>
[TypeConverter(typeof(DurabilityOptionsConverter))]
public sealed class DurabilityOptions
{
    /// <summary>How many replicas must have received a message before its send returns: see <see cref="Durability.Replicated"/>.</summary>
    /// <value>0; at least 1 to wait for replicas.</value>
    public int Replicas { get; set; }

    /// <summary>Whether a message must be on the primary's disk before its send returns: see <see cref="Durability.Fsynced"/>.</summary>
    /// <value><see langword="false"/>. Cannot be combined with <see cref="Replicas"/>.</value>
    public bool IsFsynced { get; set; }

    /// <summary>How long to wait for replicas or the disk.</summary>
    /// <value><see langword="null"/>, which is 2 seconds; 1 millisecond to 30 seconds, and at most <see cref="ChatOptions.OperationTimeout"/>.</value>
    public TimeSpan? Timeout { get; set; }

    /// <summary>The options of a level.</summary>
    /// <param name="durability">The level.</param>
    public static implicit operator DurabilityOptions(Durability durability) => FromDurability(durability);

    /// <summary>The options of a level.</summary>
    /// <param name="durability">The level.</param>
    public static DurabilityOptions FromDurability(Durability durability)
    {
        ArgumentNullException.ThrowIfNull(durability);
        return new DurabilityOptions
        {
            Replicas = durability.Replicas,
            IsFsynced = durability.IsFsynced,
            Timeout = durability == Durability.Memory ? null : durability.Timeout,
        };
    }

    /// <summary>The level of valid options.</summary>
    internal Durability ToDurability() => this switch
    {
        { IsFsynced: true } => Durability.Fsynced(Timeout ?? Durability.DefaultTimeout),
        { Replicas: > 0 } => Durability.Replicated(Replicas, Timeout ?? Durability.DefaultTimeout),
        _ => Durability.Memory,
    };

    /// <summary>What is wrong with the options, as the rest of a sentence; <see langword="null"/> if they are valid.</summary>
    internal string? Problem(TimeSpan operationTimeout)
    {
        var timeout = Timeout ?? Durability.DefaultTimeout;
        return this switch
        {
            { Replicas: < 0 } => $".{nameof(Replicas)} is {Replicas}; it must not be negative.",
            { Replicas: > 0, IsFsynced: true } => $" has {nameof(Replicas)} and {nameof(IsFsynced)}; a send waits for one of them.",
            { Replicas: 0, IsFsynced: false } => Timeout is null ? null : $" has a {nameof(Timeout)}, but nothing to wait for: set {nameof(Replicas)} or {nameof(IsFsynced)}.",
            _ when timeout < Durability.ShortestTimeout || timeout > Durability.LongestTimeout =>
                $".{nameof(Timeout)} is {timeout}; it must be from {Durability.ShortestTimeout} to {Durability.LongestTimeout}.",
            _ when timeout > operationTimeout => $" waits for {timeout}, which is longer than {nameof(ChatOptions.OperationTimeout)} ({operationTimeout}).",
            _ => null,
        };
    }
}
