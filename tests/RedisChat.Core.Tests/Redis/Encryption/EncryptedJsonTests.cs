using System.Security.Cryptography;
using System.Text;
using RedisChat.Redis;

namespace RedisChat.Tests.Redis.Encryption;

public sealed class EncryptedJsonTests
{
    private static readonly DataKey Key = new(RandomNumberGenerator.GetBytes(DataKey.Length), 1);

    [Theory]
    [InlineData("""{"t":1,"u":"alice","c":"hello"}""")]
    [InlineData("""{"t":1,"u":"a","c":""}""")]
    [InlineData("""{"t":1,"u":"{[\"c\":\"\",\"z\":\"","c":"\"}{ 😀 \n","m":{"c":"","z":""},"k":"key","r":7,"n":["@bob"],"a":[{"k":"file","n":"c","t":"z","s":1,"a":"x"}],"w":"x 1","v":2,"e":9}""")]
    [InlineData("""{"t":1,"x":2,"u":"a","unknown":{"c":"","z":"eQ=="},"c":"text","p":[1,{"a":"b","t":"c"}]}""")]
    public void What_was_encrypted_is_decrypted_to_the_same_properties(string plain)
    {
        var sealedValue = EncryptedValue.Seal(Cipher("room"), BoxPlace.Message(5), Encoding.UTF8.GetBytes(plain));

        var opened = EncryptedValue.TryOpen(Cipher("room"), BoxPlace.Message(5), sealedValue, out var lacking);

        lacking.Should().BeNull();
        Sorted(opened!.Value.ToArray()).Should().Equal(Sorted(Encoding.UTF8.GetBytes(plain)));
    }

    [Fact]
    public void Only_what_scripts_and_readers_need_stays_readable()
    {
        var value = Encoding.UTF8.GetString(EncryptedValue.Seal(
            Cipher("room"), BoxPlace.Message(1), """{"t":1,"u":"alice","c":"secret","m":{"secret":"secret"},"k":"key","a":[{"k":"secret"}],"p":[1,{"a":"secret"}],"r":7,"n":["@bob"]}"""u8));

        value.Should().MatchRegex("""^\{"t":1,"u":"alice","c":"","z":"[A-Za-z0-9+/=]+","k":"key","r":7,"n":\["@bob"\]\}$""");
    }

    [Fact]
    public void A_value_belongs_to_its_place()
    {
        var value = EncryptedValue.Seal(Cipher("room"), BoxPlace.Message(5), """{"t":1,"u":"alice","c":"hello"}"""u8);

        foreach (var (room, place) in new[]
        {
            ("room", BoxPlace.Message(6)), ("other", BoxPlace.Message(5)), ("room", BoxPlace.Version(5, 1)), ("room", BoxPlace.Previews(5)), ("room", BoxPlace.Ended(5)),
            ("room", BoxPlace.Bucket(0, 1)), ("room", BoxPlace.Part(5, 0, "")), ("roo", new BoxPlace('m', 5, "m")),
        })
        {
            EncryptedValue.TryOpen(Cipher(room), place, value, out _).Should().BeNull();
        }

        EncryptedValue.TryOpen(Cipher("room"), BoxPlace.Message(5), value, out _).Should().NotBeNull();
    }

    [Fact]
    public void Every_changed_byte_of_the_box_is_noticed()
    {
        var cipher = Cipher("room");
        var box = new byte[3 + RoomCipher.Overhead];
        cipher.Seal(BoxPlace.Message(1), [1, 2, 3], box);
        for (var i = 0; i < box.Length; i++)
        {
            var changed = (byte[])box.Clone();
            changed[i] ^= 0x80;
            cipher.TryOpen(BoxPlace.Message(1), changed, new byte[3]).Should().Be(i is >= 1 and <= 4 ? Opening.NoKey : Opening.Invalid, $"of byte {i}");
        }

        cipher.TryOpen(BoxPlace.Message(1), box.AsSpan(0, 32), []).Should().Be(Opening.Invalid);
    }

    [Fact]
    public void The_same_text_never_looks_the_same()
    {
        var values = Enumerable.Range(0, 100).Select(_ => Encoding.UTF8.GetString(EncryptedValue.Seal(Cipher("room"), BoxPlace.Message(1), """{"t":1,"u":"a","c":"x"}"""u8)));

        values.Should().OnlyHaveUniqueItems();
    }

    [Fact]
    public void Without_the_key_a_message_is_not_a_message_without_text()
    {
        var value = EncryptedValue.Seal(Cipher("room"), BoxPlace.Message(1), """{"t":1,"u":"a","c":"x"}"""u8);

        MessageJson.TryRead(1, value, out _).Should().BeFalse();
        EncryptedValue.TryRead(null, BoxPlace.Message(1), value, out _, out var lacking).Should().BeFalse();
        lacking.Should().Be(Key.Id);
        EncryptedJson.KeyIn(value).Should().Be(Key.Id);
        EncryptedJson.KeyIn("""{"t":1,"u":"a","c":"x"}"""u8).Should().BeNull();
    }

    [Fact]
    public void Each_block_of_a_million_ids_has_a_key_of_its_own()
    {
        Key.SubkeyFor(1).Should().BeSameAs(Key.SubkeyFor((1 << 20) - 1));
        Key.SubkeyFor(1).Should().NotBeSameAs(Key.SubkeyFor(1 << 20));
        for (var block = 0L; block < 200; block++)
        {
            Key.SubkeyFor(block << 20).Should().NotBeNull();
        }
    }

    [Fact]
    public void A_sealed_bucket_is_compressed_before_it_is_encrypted_and_an_edit_rewrites_it()
    {
        var cipher = Cipher("room");
        using var bucket = SealedBucket.ToFill(1, 64 * 1024, cipher);
        for (var id = 128; id < 256; id++)
        {
            bucket.TryAdd(id, EncryptedValue.Seal(cipher, BoxPlace.Message(id), Encoding.UTF8.GetBytes($$"""{"t":1,"u":"a","c":"the same text again and again {{id}}"}"""))).Should().BeTrue();
        }

        var field = bucket.Pack(out var length).AsSpan(0, length).ToArray();

        length.Should().BeLessThan(1000);
        field[0].Should().Be(2);
        SealedBucket.CountIn(field).Should().Be(128);
        Encoding.Latin1.GetString(field).Should().NotContain("text");
        SealedBucket.TryOpen(1, field).Should().BeNull();
        SealedBucket.TryOpen(2, field, cipher).Should().BeNull();
        SealedBucket.TryOpen(1, field, Cipher("other")).Should().BeNull();
        SealedBucket.TryOpen(1, [2, 127, .. field[2..]], cipher).Should().BeNull("the number of messages is bound, too");
        using var opened = SealedBucket.TryOpen(1, field, cipher)!;
        opened.TryReplace(200, """{"t":1,"u":"a","c":"new"}"""u8, cipher, out var changed).Should().BeTrue();
        changed[0].Should().Be(2);
        using var again = SealedBucket.TryOpen(1, changed, cipher)!;
        again.TryGet(200, out var value).Should().BeTrue();
        Encoding.UTF8.GetString(value.Span).Should().Contain("new");
        again.TryGet(201, out value).Should().BeTrue();
        MessageJson.TryRead(201, value.Span, out var message).Should().BeTrue();
        message!.Text.Should().Be("the same text again and again 201");
        again.TryReplace(200, default, cipher, out changed).Should().BeTrue();
        SealedBucket.CountIn(changed).Should().Be(127);
        SealedBucket.CountIn([1, 2, 3]).Should().BeNull();
        SealedBucket.CountIn([2]).Should().BeNull();
    }

    [Fact]
    public void A_text_of_another_kind_is_encrypted_as_a_whole()
    {
        var cipher = Cipher("room");
        var text = EncryptedText.Seal(cipher, BoxPlace.Previews(1), "[1]"u8);

        Encoding.ASCII.GetString(text).Should().MatchRegex("^![A-Za-z0-9+/=]+$");
        EncryptedText.Open(cipher, BoxPlace.Previews(1), text).ToArray().Should().Equal("[1]"u8.ToArray());
        EncryptedText.Open(cipher, BoxPlace.Previews(2), text).ToArray().Should().BeEmpty();
        EncryptedText.Open(cipher, BoxPlace.Previews(1), "[1]"u8).ToArray().Should().Equal("[1]"u8.ToArray());
        EncryptedText.Open(cipher, BoxPlace.Previews(1), "!?"u8).ToArray().Should().BeEmpty();
    }

    private static RoomCipher Cipher(string room) => new(room, new ScopeKeys(new Dictionary<uint, DataKey> { [Key.Id] = Key }, Key.Name, new Dictionary<string, Exception>(), 0));

    private static List<string> Sorted(byte[] json)
    {
        using var document = System.Text.Json.JsonDocument.Parse(json);
        return [.. document.RootElement.EnumerateObject().Select(property => $"{property.Name}={property.Value.GetRawText()}").Order(StringComparer.Ordinal)];
    }
}
