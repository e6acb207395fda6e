using System.Buffers;
using System.Text;
using CsCheck;
using RedisChat.Redis;

namespace RedisChat.Tests.Redis;

public sealed class MessageJsonPropertyTests
{
    private static readonly Gen<string> Text = Gen.String[0, 40].Where(text => !text.Any(char.IsSurrogate));

    private static readonly Gen<Mention[]> AnyMentions =
        Gen.OneOf(Text.Where(id => id.Length > 0 && !id.Any(char.IsControl)).Select(Mention.User), Gen.Const(Mention.Everyone), Gen.Const(Mention.Role("vip"))).Array[0, 4];

    private static readonly Gen<AttachmentPreview?> AnyPreview = Gen.Select(Text, Text, Gen.Int[0, 9], Gen.Int[0, 9]).Select((text, address, width, height) => width == 9 ? null : new AttachmentPreview
    {
        Text = text.Length == 1 ? null : text,
        Address = address.Length == 1 ? null : address,
        Width = width == 0 ? null : width,
        Height = height == 0 ? null : height,
    });

    private static readonly Gen<Attachment[]> AnyAttachments = Gen.Select(Text, Text, Text, Gen.Long[0, 1L << 53], Text, AnyPreview)
        .Select((kind, name, type, size, address, preview) => new Attachment { Kind = kind, Name = name, MediaType = type, Size = size, Address = address, Preview = preview }).Array[0, 2];

    private static readonly Gen<LinkPreview[]> AnyLinks = Gen.Select(Text, Text, Text, Text, Text).Select((address, title, description, image, site) => new LinkPreview
    {
        Address = address,
        Title = title,
        Description = description.Length == 1 ? null : description,
        Image = image.Length == 1 ? null : image,
        SiteName = site.Length == 1 ? null : site,
    }).Array[0, 3];

    private static readonly Gen<NewMessage> AnyMessage =
        from user in Text
        from text in Text
        from metadata in Gen.Dictionary(Text, Text)[0, 5]
        from parent in Gen.Long[-1, ChatLimits.MaxMessageId]
        from mentions in AnyMentions
        from attachments in AnyAttachments
        select new NewMessage(user, text) { Metadata = metadata, ReplyTo = parent < 1 || parent % 2 == 0 ? null : parent, Mentions = [.. mentions], Attachments = [.. attachments] };

    [Fact]
    public void A_message_is_read_as_it_was_written() =>
        Gen.Select(AnyMessage, Gen.Long[0, Micros.Max]).Sample((sent, time) =>
        {
            MessageJson.TryRead(17, Stored(sent, time), out var message).Should().BeTrue();
            message.Should().Be(new Message
            {
                Id = 17,
                User = sent.User,
                Text = sent.Text,
                Timestamp = Micros.ToTime(time),
                Metadata = sent.Metadata,
                ReplyTo = sent.ReplyTo,
                Mentions = sent.Mentions,
                Attachments = sent.Attachments,
            });
        }, iter: 5_000);

    [Fact]
    public void The_fast_path_reads_the_same_as_the_slow_path_from_any_input() =>
        Gen.Select(AnyMessage, Gen.Int[0, 200], Gen.Byte.Array[0, 3], Gen.Long[0, Micros.Max]).Sample((sent, at, bytes, time) =>
        {
            var stored = Stored(sent, time);
            bytes.CopyTo(stored, Math.Min(at, stored.Length - bytes.Length));

            // JSON ignores a blank before the first property, but the fast path does not accept it.
            byte[] blank = [.. stored[..1], (byte)' ', .. stored[1..]];
            var isMessage = MessageJson.TryRead(17, stored, out var message);

            MessageJson.TryRead(17, blank, out var same).Should().Be(isMessage);
            same.Should().Be(message);
            MessageJson.IsMessage(17, stored).Should().Be(isMessage);
        }, iter: 20_000);

    [Fact]
    public void An_edited_message_is_read_as_it_was_edited() =>
        Gen.Select(AnyMessage, Text, Gen.Long[0, Micros.Max]).Sample((sent, text, time) =>
        {
            var stored = Stored(sent, 5);
            MessageJson.TryRead(17, stored, out var message).Should().BeTrue();
            var edited = message! with { Text = text, Version = 2 };
            byte[] value = [.. MessageJson.HeadOfEdit(stored, edited), .. Encoding.UTF8.GetBytes($"{time}"), .. MessageJson.TailOfEdit];

            MessageJson.TryRead(17, value, out var read).Should().BeTrue();
            read.Should().Be(edited with { EditedAt = Micros.ToTime(time) });
        }, iter: 5_000);

    [Fact]
    public void An_edit_replaces_mentions_or_keeps_them_as_they_are_stored() =>
        Gen.Select(AnyMessage, AnyMentions).Sample((sent, mentions) =>
        {
            var stored = Stored(sent, 5);
            MessageJson.TryRead(17, stored, out var message).Should().BeTrue();
            var edited = message! with { Mentions = [.. mentions], Version = 2 };
            byte[] value = [.. MessageJson.HeadOfEdit(stored, edited, hasMentions: true), .. "7"u8, .. MessageJson.TailOfEdit];
            byte[] kept = [.. MessageJson.HeadOfEdit(value, message with { Version = 3 }), .. "8"u8, .. MessageJson.TailOfEdit];

            MessageJson.TryRead(17, value, out var read).Should().BeTrue();
            read!.Mentions.Should().Equal(edited.Mentions);
            MessageJson.TryRead(17, kept, out read).Should().BeTrue();
            read!.Mentions.Should().Equal(edited.Mentions);
        }, iter: 2_000);

    [Fact]
    public void An_edit_replaces_attachments_or_keeps_them_as_they_are_stored() =>
        Gen.Select(AnyMessage, AnyAttachments).Sample((sent, attachments) =>
        {
            var stored = Stored(sent, 5);
            MessageJson.TryRead(17, stored, out var message).Should().BeTrue();
            var edited = message! with { Attachments = [.. attachments], Version = 2 };
            byte[] value = [.. MessageJson.HeadOfEdit(stored, edited, hasAttachments: true), .. "7"u8, .. MessageJson.TailOfEdit];
            byte[] kept = [.. MessageJson.HeadOfEdit(value, message with { Version = 3 }), .. "8"u8, .. MessageJson.TailOfEdit];

            MessageJson.TryRead(17, value, out var read).Should().BeTrue();
            read!.Attachments.Should().Equal(attachments);
            MessageJson.TryRead(17, kept, out read).Should().BeTrue();
            read!.Attachments.Should().Equal(attachments);
        }, iter: 2_000);

    [Fact]
    public void Previews_are_read_as_they_were_written_and_change_nothing_else() =>
        Gen.Select(AnyMessage, AnyLinks, AnyLinks, Gen.Long[0, Micros.Max]).Sample((sent, previews, others, revision) =>
        {
            byte[] stored = [.. "{\"x\":7,"u8, .. Stored(sent, 5)[1..]];
            MessageJson.TryRead(17, stored, out var message).Should().BeTrue();

            var value = MessageJson.WithPreviews(MessageJson.WithPreviews(stored, [.. others], 1), [.. previews], revision);

            MessageJson.TryRead(17, value, out var read).Should().BeTrue();
            read.Should().Be(message! with { Previews = [.. previews] });
            read!.PreviewsRevision.Should().Be(previews.Length == 0 ? 0 : revision);
            MessageJson.WithPreviews(value, [], 0).Should().Equal(stored);
        }, iter: 2_000);

    [Theory]
    [InlineData("""{"t":1,"u":"a","c":"b","a":{}}""")]
    [InlineData("""{"t":1,"u":"a","c":"b","a":[7]}""")]
    [InlineData("""{"t":1,"u":"a","c":"b","a":[{}]}""")]
    [InlineData("""{"t":1,"u":"a","c":"b","a":[{"k":"image","n":"a","t":"b","s":-1,"a":"c"}]}""")]
    [InlineData("""{"t":1,"u":"a","c":"b","a":[{"k":"image","n":"a","t":"b","s":1,"a":"c","p":7}]}""")]
    [InlineData("""{"t":1,"u":"a","c":"b","p":[]}""")]
    [InlineData("""{"t":1,"u":"a","c":"b","p":[{"a":"b","t":"c"}]}""")]
    [InlineData("""{"t":1,"u":"a","c":"b","p":[1,{"a":"b"}]}""")]
    [InlineData("""{"t":1,"u":"a","c":"b","p":[-1,{"a":"b","t":"c"}]}""")]
    public void A_list_that_is_none_makes_the_message_unreadable(string stored) => MessageJson.TryRead(1, Encoding.UTF8.GetBytes(stored), out _).Should().BeFalse();

    [Fact]
    public void Mentions_of_a_later_version_are_not_read_and_survive_an_edit()
    {
        var stored = """{"t":1,"u":"a","c":"b","n":["@ann","?later","","&","*"]}"""u8;

        MessageJson.TryRead(1, stored, out var message).Should().BeTrue();
        message!.Mentions.Should().Equal(Mention.Everyone, Mention.User("ann"));
        Encoding.UTF8.GetString(MessageJson.HeadOfEdit(stored, message with { Text = "c" })).Should().Contain("""["@ann","?later","","&","*"]""");
        MessageJson.TryRead(1, """{"t":1,"u":"a","c":"b","n":"@ann"}"""u8, out _).Should().BeFalse();
        MessageJson.TryRead(1, """{"t":1,"u":"a","c":"b","n":["@ann",7]}"""u8, out _).Should().BeFalse();
    }

    [Fact]
    public void Any_valid_message_can_be_edited() =>
        Gen.Select(AnyMessage, Gen.Int[0, 200], Gen.Byte.Array[0, 6], Text).Sample((sent, at, bytes, text) =>
        {
            // An unknown property in front, and a few bytes changed somewhere.
            byte[] stored = [.. "{\"x\":\"\\ud800\","u8, .. Stored(sent, 5)[1..]];
            bytes.CopyTo(stored, Math.Min(at, stored.Length - bytes.Length));
            if (MessageJson.TryRead(17, stored, out var message))
            {
                byte[] value = [.. MessageJson.HeadOfEdit(stored, message with { Text = text, Version = message.Version + 1 }), .. "7"u8, .. MessageJson.TailOfEdit];

                MessageJson.TryRead(17, value, out var read).Should().BeTrue();
                read!.Text.Should().Be(text);
            }
        }, iter: 20_000);

    [Fact]
    public void A_version_that_cannot_grow_is_not_valid() =>
        MessageJson.TryRead(1, """{"t":1,"u":"a","c":"b","v":2147483647}"""u8, out _).Should().BeFalse();

    [Fact]
    public void The_order_of_metadata_does_not_matter() =>
        Gen.Dictionary(Text, Text)[0, 5].Sample(metadata =>
        {
            var reversed = metadata.Reverse().ToDictionary(entry => entry.Key, entry => entry.Value);
            Tail(new NewMessage("u", "c") { Metadata = metadata })
                .Should().Equal(Tail(new NewMessage("u", "c") { Metadata = reversed }));
        });

    [Fact]
    public void Damaged_values_are_refused_or_read_but_never_crash() =>
        Gen.Select(AnyMessage, Gen.Select(Gen.Int[0, 200], Gen.Byte).Array[1, 5]).Sample((sent, damages) =>
        {
            var value = Stored(sent, 1_700_000_000_000_000);
            foreach (var (at, to) in damages)
            {
                value[at % value.Length] = to;
            }

            if (MessageJson.TryRead(17, value, out var message))
            {
                message!.Text.Should().NotBeNull();
                message.User.Should().NotBeNull();
            }
        }, iter: 50_000);

    [Fact]
    public void Any_bytes_are_refused_without_a_crash() =>
        Gen.Byte.Array[0, 60].Sample(value => { _ = MessageJson.TryRead(17, value, out _); }, iter: 50_000);

    private static byte[] Stored(NewMessage message, long time) =>
        [.. Encoding.UTF8.GetBytes($$"""{"t":{{time}}"""), .. Tail(message)];

    private static byte[] Tail(NewMessage message)
    {
        var json = new ArrayBufferWriter<byte>();
        MessageJson.WriteTailOfNew(json, message);
        return json.WrittenSpan.ToArray();
    }
}
