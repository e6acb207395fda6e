using System.Diagnostics.CodeAnalysis;

namespace RedisChat;

/// <summary>What an edit makes of a message: see <see cref="Chat.EditAsync(string, long, Actor, MessageEdit, CancellationToken)"/>.</summary>
public sealed record MessageEdit
{
    /// <summary>Creates an edit without a text, to be filled by an initializer.</summary>
    public MessageEdit()
    {
    }

    /// <summary>Creates an edit that changes the text alone.</summary>
    /// <param name="text">The text.</param>
    [SetsRequiredMembers]
    public MessageEdit(string text) => Text = text;

    /// <summary>The new text, with the limits of <see cref="NewMessage.Text"/>: it may be empty only if this edit names <see cref="Attachments"/>.</summary>
    public required string Text { get; init; }

    /// <summary>The complete new metadata, with the limits of <see cref="NewMessage.Metadata"/>; <see langword="null"/> to keep what the message has.</summary>
    public IReadOnlyDictionary<string, string>? Metadata { get; init; }

    /// <summary>The complete new mentions, with the limits of <see cref="NewMessage.Mentions"/>; <see langword="null"/> to keep those that the message has.</summary>
    public MentionList? Mentions { get; init; }

    /// <summary>
    /// The complete new attachments, with the limits of <see cref="NewMessage.Attachments"/>; <see langword="null"/> to keep those that the message has. What it no longer refers to is
    /// reported to the <see cref="IAttachmentStore"/>.
    /// </summary>
    public AttachmentList? Attachments { get; init; }
}
