using CsCheck;

using RedisChat.Redis;

namespace RedisChat.Tests.Redis.Keys;

public sealed class HashTagKeySchemePropertyTests
{
    // Any UTF-16, including halves of surrogate pairs, and dense with special characters.
    private static readonly Gen<string> AnyId = Gen.Frequency(
        (3, Gen.Char), (3, Gen.OneOf('{', '}', ':', '%', 'a', 'u', '7', 'D', '\n')), (1, Gen.OneOf('\ud800', '\udc00', '\ud83c', '\udf88')))
        .Array[0, 12].Select(characters => new string(characters));

    private static readonly HashTagKeyScheme Scheme = new();

    private readonly KeyNames _keys = new(Scheme, database: 3);

    [Fact]
    public void Different_ids_have_different_keys() =>
        Gen.Select(AnyId, AnyId, AnyId, AnyId).Sample((room, otherRoom, user, otherUser) =>
        {
            (Encoded(_keys.Room(room)) == Encoded(_keys.Room(otherRoom))).Should().Be(room == otherRoom);
            (Encoded(_keys.Author(room, user)) == Encoded(_keys.Author(otherRoom, otherUser))).Should().Be(room == otherRoom && user == otherUser);
        }, iter: 20_000);

    [Fact]
    public void Roots_of_different_scopes_differ_whatever_the_ids_are() =>
        Gen.Select(AnyId, AnyId).Sample((room, user) =>
        {
            new[] { Scheme.Room(room), Scheme.User(user), Scheme.Directory(3), Scheme.Directory(15) }.Select(Encoded).Should().OnlyHaveUniqueItems();
            AllKeys(room, user, 0, 0).Should().NotContain(key => key.StartsWith(Scheme.User(user), StringComparison.Ordinal));
        }, iter: 20_000);

    [Fact]
    public void Different_parts_have_different_keys() =>
        Gen.Select(AnyId, AnyId, Gen.Long[0, 100], Gen.Long[0, 100]).Sample((room, user, bucket, window) =>
            AllKeys(room, user, bucket, window).Select(Encoded).Should().OnlyHaveUniqueItems(), iter: 5_000);

    [Fact]
    public void The_keys_of_a_thread_are_those_of_no_other_room() =>
        Gen.Select(AnyId, AnyId, Gen.Long[0, 100], Gen.Long[1, 100]).Sample((room, user, number, message) =>
        {
            var thread = $"{room}\u001f{message}";
            AllKeys(room, user, number, number).Concat(AllKeys(thread, user, number, number)).Concat(AllKeys($"{thread}0", user, number, number))
                .Concat([_keys.Threads(room), _keys.Members(room), _keys.Feature(room, 'r', message)])
                .Select(Encoded).Should().OnlyHaveUniqueItems();
            _keys.Room(thread).Should().Be($"{_keys.Room(room)}:t:{message}");
            _keys.Rules(thread).Should().Be(_keys.Room(room));
            AllKeys(room, user, number, number).Concat(AllKeys(thread, user, number, number)).Select(ClusterSlot.Of).Distinct().Should().ContainSingle();
        }, iter: 5_000);

    [Fact]
    public void All_keys_of_a_room_are_in_one_slot() =>
        Gen.Select(AnyId, AnyId, Gen.Long[0, ChatLimits.MaxMessageId >> 7], Gen.Long[0, 100_000_000]).Sample((room, user, bucket, window) =>
            AllKeys(room, user, bucket, window).Select(ClusterSlot.Of).Distinct().Should().ContainSingle(), iter: 5_000);

    private string[] AllKeys(string room, string user, long bucket, long window) =>
        [_keys.Room(room), _keys.Bucket(room, bucket), _keys.Sealed(room), _keys.Author(room, user), _keys.Changed(room), _keys.Sent(room, window), _keys.Live(room)];

    // Compare the bytes that reach the server: the client library sends UTF-8.
    private static string Encoded(string key) => Convert.ToHexString(System.Text.Encoding.UTF8.GetBytes(key));
}
