using CsCheck;

namespace RedisChat.Tests.Mentions;

public sealed class MentionFinderPropertyTests
{
    [Fact]
    public void Whatever_the_text_what_is_found_is_in_it_and_can_be_sent() =>
        Gen.OneOf(Gen.String[Gen.Char["@@@ann. -_/:w😀é小\n"], 0, 60], Gen.String[0, 60]).Sample(
            text =>
            {
                var end = 0;
                foreach (var found in MentionFinder.Find(text, new MentionSearch { Roles = ["n"] }))
                {
                    found.Start.Should().BeGreaterThanOrEqualTo(end);
                    text[found.Start].Should().Be('@');
                    end = found.Start + found.Length;
                    end.Should().BeLessThanOrEqualTo(text.Length);
                    if (found.Mention.Kind == MentionKind.User)
                    {
                        text[(found.Start + 1)..end].Should().Be(found.Mention.Id);
                        Mention.User(found.Mention.Id).Should().Be(found.Mention);
                    }
                }
            },
            threads: 1);
}
