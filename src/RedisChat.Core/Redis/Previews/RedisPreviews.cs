using System.Buffers;
using StackExchange.Redis;

namespace RedisChat.Redis;

/// <summary>Stores link previews in the value of their message. A change takes a read and one script call.</summary>
internal sealed class RedisPreviews(RedisStoreContext context, RoomChanger changer, MessageFinder messages) : ILinkPreviewStore
{
    // A message is sealed once. From the archive it comes back only to be changed, and stays for a while.
    private const int MostPlaces = 5;

    public async ValueTask<Message?> ChangePreviewsAsync(string room, long messageId, Func<Message, LinkPreviewList> decide, CancellationToken cancellationToken)
    {
        for (var place = 1; place <= MostPlaces; place++)
        {
            using var found = await messages.FindOnPrimaryAsync(room, messageId, cancellationToken).ConfigureAwait(false);
            if (found is null)
            {
                return null;
            }

            if (await ChangeAsync(room, found, decide, cancellationToken).ConfigureAwait(false) is { } message)
            {
                return message;
            }
        }

        throw new ChatUnavailableException("The message could not be found where it was a moment ago. Nothing was done.");
    }

    /// <summary>Changes the message where it was found; <see langword="null"/> if it is no longer there, because it was deleted or sealed.</summary>
    private async ValueTask<Message?> ChangeAsync(string room, StoredMessage found, Func<Message, LinkPreviewList> decide, CancellationToken cancellationToken)
    {
        Message? now = null;
        await changer.RunAsync(room, [found.Content], Decide, cancellationToken, encrypts: true, wasEncrypted: found.IsDecrypted).ConfigureAwait(false);
        return now;

        RoomChange? Decide(RoomState state)
        {
            now = null;
            using var present = state.Values[0].IsNull ? null : found.With(state.Values[0]);
            if (present is not { Exists: true } || (present.Lacking is not null && state.Values[0] != found.Content) || !present.IsOpenTo(state.Cipher))
            {
                // Or it was edited with a new data key, or its key was deleted. Finding it again loads those that there are.
                return null;
            }

            var message = messages.Read(room, present);
            var previews = decide(message);
            if (previews == message.Previews)
            {
                now = message;
                return null;
            }

            now = message.With(previews, state.Revision);
            var value = MessageJson.WithPreviews(present.Value, previews, state.Revision);
            var hash = found.IsSealed ? context.Keys.Sealed(room) : context.Keys.Bucket(room, Buckets.Of(found.Id));
            return new RoomChange(context.Keys, room, PreviewEvents.Kind, found.Id, RoomPermit.Application)
                .At(state.Revision)
                .Encrypted(state.Cipher)
                .Expect(hash, found.Field, state.Values[0])
                .Set(hash, found.Field, present.Replace(value, state.Cipher))
                .Line(Written(found.Id, previews, state));
        }
    }

    private static RedisValue Written(long id, LinkPreviewList previews, RoomState state)
    {
        var json = new ArrayBufferWriter<byte>(256);
        PreviewJson.Write(json, previews, state.Revision);
        return state.Cipher is { } cipher ? EncryptedText.Seal(cipher, BoxPlace.Previews(id), json.WrittenSpan) : json.WrittenMemory;
    }
}
