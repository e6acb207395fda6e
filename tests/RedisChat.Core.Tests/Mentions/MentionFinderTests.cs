using System.Text;

namespace RedisChat.Tests.Mentions;

public sealed class MentionFinderTests
{
    [Theory]
    [InlineData("@ann", "@ann")]
    [InlineData("hi @ann and @bob!", "@ann @bob")]
    [InlineData("@ann, @bob: (@carol) [@dan] {@eve} \"@fay\" '@gus' <@hal> @ina; @joe? @kim… —@lea", "@ann @bob @carol @dan @eve @fay @gus @hal @ina @joe @kim @lea")]
    [InlineData("@ann's idea, @ann.lee said. @ann-marie - @ann_2", "@ann @ann.lee @ann-marie @ann_2")]
    [InlineData("ends with @ann... and @bob-", "@ann @bob")]
    [InlineData("line\n@ann\tand\r\n@bob", "@ann @bob")]
    [InlineData("@Zoë @Ηλίας @Иван @שרה @علی @अनिता @ก้อง", "@Zoë @Ηλίας @Иван @שרה @علی @अनिता @ก้อง")]
    [InlineData("请@小明 看", "@小明")]
    [InlineData("👍@ann 👩‍👩‍👧@bob", "@ann @bob")]
    [InlineData("@𝒶nn and @𠮷野", "@𝒶nn @𠮷野")]
    [InlineData("@1 @007", "@1 @007")]
    [InlineData("@everyone @Everyone @EVERYONE. @everyones", "* * * @everyones")]
    [InlineData("", "")]
    [InlineData("@", "")]
    [InlineData("@ @! @@ann @- @.", "")]
    [InlineData("5 @ 3, a @ b", "")]
    public void Mentions_are_found_in_the_order_of_the_text(string text, string expected) =>
        string.Join(' ', MentionFinder.Find(text).Select(found => found.Mention)).Should().Be(expected);

    [Theory]
    [InlineData("ann@example.org")]
    [InlineData("ann.lee@example.org, <ann+chat@example.org> ann_@example.org ann-@example.org")]
    [InlineData("mailto:@ann and (mailto:ann@example.org)")]
    [InlineData("https://example.org/@ann https://example.org/?q=@ann https://ann:@example.org")]
    [InlineData("see (https://example.org/(@ann)) or www.example.org/a,@ann or WWW.example.org?@ann")]
    [InlineData("@ann@example.social")]
    [InlineData("git@github.com:ann/chat.git ssh://git@example.org")]
    [InlineData("a/@ann #@ann é@ann я@ann")]
    public void What_is_part_of_an_address_is_no_mention(string text) => MentionFinder.Find(text).Should().BeEmpty();

    [Fact]
    public void An_address_hides_only_itself() =>
        MentionFinder.Find("https://example.org/@ann @bob ann@example.org @carol").Select(found => found.Mention.Id).Should().Equal("bob", "carol");

    [Fact]
    public void Each_mention_has_its_place()
    {
        const string text = "👍 @ann, @Ann Lee";

        foreach (var found in MentionFinder.Find(text, new MentionSearch { Users = new Dictionary<string, string> { ["ann"] = "17", ["Ann Lee"] = "18" } }))
        {
            text.Substring(found.Start, found.Length).Should().Be(found.Mention.Id == "17" ? "@ann" : "@Ann Lee");
        }
    }

    [Fact]
    public void Names_with_spaces_are_found_the_longest_first_whatever_their_case()
    {
        var search = new MentionSearch { Users = new Dictionary<string, string> { ["Ann"] = "1", ["Ann Lee"] = "2", ["Ann Lee-Smith"] = "3", ["C++"] = "4", ["Dr. Who"] = "5", ["小明"] = "6", [""] = "7" } };

        Find("@ann lee, @ANN LEE-SMITH! @Ann Lees @ann. @ann.x @anna @ann-x @nobody @c++ @dr. who? 请@小明看 @").Should().Be("2 3 1 1 4 5 6");
        Find("@AnnLee @Ann  Lee").Should().Be("1");

        string Find(string text) => string.Join(' ', MentionFinder.Find(text, search).Select(found => found.Mention.Id));
    }

    [Fact]
    public void Roles_are_found_by_name_alone_and_in_the_plural()
    {
        var search = new MentionSearch { Roles = [RoomRole.Moderator, "vip"] };

        string.Join(' ', MentionFinder.Find("@moderators @Moderator @vips @vip @vipss @moderator-x", search).Select(found => found.Mention))
            .Should().Be("&moderator &moderator &vip &vip @vipss @moderator-x");
        string.Join(' ', MentionFinder.Find("@moderators @everyone", new MentionSearch { Everyone = null }).Select(found => found.Mention)).Should().Be("@moderators @everyone");
        MentionFinder.Find("@all @everyone", new MentionSearch { Everyone = "all", Users = new Dictionary<string, string>() }).Should().ContainSingle().Which.Mention.Should().Be(Mention.Everyone);
    }

    [Fact]
    public void A_name_that_no_user_can_have_is_not_found()
    {
        MentionFinder.Find("@" + new string('x', ChatLimits.MaxIdBytes)).Should().ContainSingle();
        MentionFinder.Find("@" + new string('x', ChatLimits.MaxIdBytes + 1)).Should().BeEmpty();
        MentionFinder.Find("@" + new string('é', 65)).Should().BeEmpty();
        MentionFinder.Find("@\ud800 @ann\udc00 \ud83d@bob").Select(found => found.Mention.Id).Should().Equal("ann", "bob");
    }

    [Fact]
    public void Null_is_rejected() => Assert.Throws<ArgumentNullException>(() => MentionFinder.Find(null!));

    [Fact]
    public void A_long_text_of_mentions_is_searched_once()
    {
        var text = new StringBuilder();
        for (var i = 0; i < 4000; i++)
        {
            text.Append("@@a@b/");
        }

        MentionFinder.Find(text.ToString()).Should().BeEmpty();
        MentionFinder.Find(new string('@', 100_000)).Should().BeEmpty();
    }
}
