using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace RedisChat;

/// <summary>The JSON of all types that the chat returns or accepts, source-generated: without reflection, so it works trimmed and with Native AOT.</summary>
/// <remarks>
/// <para>
/// Use it directly, <c>JsonSerializer.Serialize(page, ChatJsonContext.Default.MessagePage)</c>, or add it to the options of a host:
/// <c>options.TypeInfoResolverChain.Insert(0, ChatJsonContext.Default)</c>. The types also work in a context of your own.
/// </para>
/// <para>
/// Its own options write property names in camel case and omit properties that are <see langword="null"/>; as part of other options, it follows
/// those. No number exceeds 2^53, so JavaScript reads all of them exactly. A <see cref="RoomPosition"/> is a string. A <see cref="RoomEvent"/> begins
/// with its <c>kind</c>: serialize it as <see cref="RoomEvent"/>, not as one of the nested types, because only then is the kind written. Reading a kind
/// that this version does not know throws a <see cref="JsonException"/>.
/// </para>
/// </remarks>
[JsonSourceGenerationOptions(JsonSerializerDefaults.Web, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(NewMessage))]
[JsonSerializable(typeof(IReadOnlyList<NewMessage>))]
[JsonSerializable(typeof(MessageReceipt))]
[JsonSerializable(typeof(IReadOnlyList<MessageReceipt>))]
[JsonSerializable(typeof(MessageQuery))]
[JsonSerializable(typeof(Message))]
[JsonSerializable(typeof(IAsyncEnumerable<Message>))]
[JsonSerializable(typeof(IAsyncEnumerable<string>))]
[JsonSerializable(typeof(MessagePage))]
[JsonSerializable(typeof(IReadOnlyList<Reaction>))]
[JsonSerializable(typeof(ReactionUsers))]
[JsonSerializable(typeof(RoomMember))]
[JsonSerializable(typeof(MemberPage))]
[JsonSerializable(typeof(RuleSet))]
[JsonSerializable(typeof(RoomAbout))]
[JsonSerializable(typeof(RoomCreation))]
[JsonSerializable(typeof(RoomDeletion))]
[JsonSerializable(typeof(RoomInfo))]
[JsonSerializable(typeof(IReadOnlyList<RoomInfo>))]
[JsonSerializable(typeof(RoomPage))]
[JsonSerializable(typeof(PresentUsers))]
[JsonSerializable(typeof(ReadMarker))]
[JsonSerializable(typeof(ReadMarkerPage))]
[JsonSerializable(typeof(InboxPage))]
[JsonSerializable(typeof(InboxChange))]
[JsonSerializable(typeof(IReadOnlyList<UserRoom>))]
[JsonSerializable(typeof(Draft))]
[JsonSerializable(typeof(IReadOnlyList<Draft>))]
[JsonSerializable(typeof(DraftChange))]
[JsonSerializable(typeof(DeletionProgress))]
[JsonSerializable(typeof(IReadOnlyList<MessageVersion>))]
[JsonSerializable(typeof(ScheduledMessage))]
[JsonSerializable(typeof(IReadOnlyList<ScheduledMessage>))]
[JsonSerializable(typeof(Pin))]
[JsonSerializable(typeof(IReadOnlyList<Pin>))]
[JsonSerializable(typeof(MessageEdit))]
[JsonSerializable(typeof(MentionPage))]
[JsonSerializable(typeof(Attachment))]
[JsonSerializable(typeof(LinkPreview))]
[JsonSerializable(typeof(SearchPage))]
[JsonSerializable(typeof(ThreadSummary))]
[JsonSerializable(typeof(RoomPosition))]
[JsonSerializable(typeof(RoomChanges))]
[JsonSerializable(typeof(RoomEvent))]
[JsonSerializable(typeof(IAsyncEnumerable<RoomEvent>))]
[JsonSerializable(typeof(WatchedRoomEvent))]
[JsonSerializable(typeof(IAsyncEnumerable<WatchedRoomEvent>))]
[JsonSerializable(typeof(ErasureProgress))]
[JsonSerializable(typeof(ErasureReport))]
[JsonSerializable(typeof(UserRecord))]
[JsonSerializable(typeof(ChatHealth))]
[JsonSerializable(typeof(ServerInspection))]
[JsonSerializable(typeof(ExportResult))]
[JsonSerializable(typeof(ArchivedStep))]
[JsonSerializable(typeof(ImportResult))]
[JsonSerializable(typeof(MigrationResult))]
[JsonSerializable(typeof(VerifyResult))]
[SuppressMessage("ApiDesign", "RS0016", Justification = "What the generator adds follows from the attributes above.")]
[SuppressMessage("ApiDesign", "RS0041", Justification = "What the generator adds has no nullable annotations.")]
public sealed partial class ChatJsonContext : JsonSerializerContext;
