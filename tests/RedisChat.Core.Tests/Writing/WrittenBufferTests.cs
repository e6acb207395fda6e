namespace RedisChat.Tests.Writing;

/// <summary>The text of a message that is being written: whole characters, within the limit, from where the store has it.</summary>
public sealed class WrittenBufferTests
{
    [Fact]
    public void Halves_of_a_surrogate_pair_stay_together()
    {
        var buffer = new WrittenBuffer("", 100);
        buffer.Append("a\ud83d");
        buffer.Next().Should().Be((0, "a"));
        buffer.Append("");
        buffer.Append("\ude00b\ud83d");
        buffer.Next().Should().Be((0, "a😀b"));
        buffer.Invoking(it => it.CheckComplete()).Should().Throw<ChatInputException>();
        buffer.Append("\ude00");

        buffer.CheckComplete();
        buffer.ToString().Should().Be("a😀b😀");
        buffer.Whole.Should().Be(10);
    }

    [Fact]
    public void A_half_without_the_other_is_refused_and_nothing_appended()
    {
        // Attributes cannot hold halves.
        foreach (var delta in new[] { "\ude00", "a\ud83db", "\ud83d\ud83d" })
        {
            var buffer = new WrittenBuffer("before", 100);
            buffer.Invoking(it => it.Append(delta)).Should().Throw<ChatInputException>().WithParameterName("delta");
            buffer.ToString().Should().Be("before");
            buffer.HasMore.Should().BeFalse();
        }
    }

    [Fact]
    public void A_half_that_is_not_followed_by_the_other_is_refused_and_can_still_be_completed()
    {
        var buffer = new WrittenBuffer("", 100);
        buffer.Append("a\ud83d");
        buffer.Invoking(it => it.Append("b")).Should().Throw<ChatInputException>();
        buffer.Append("\ude00");
        buffer.ToString().Should().Be("a😀");
    }

    [Fact]
    public void The_limit_counts_bytes_of_the_whole_text()
    {
        var buffer = new WrittenBuffer("éé", 6);
        buffer.Append("é");
        buffer.Invoking(it => it.Append("x")).Should().Throw<ChatInputException>().WithMessage("*7 bytes*at most 6*");
        buffer.ToString().Should().Be("ééé");
        buffer.Invoking(it => it.Append(null!)).Should().Throw<ChatInputException>();
    }

    [Fact]
    public void An_empty_text_is_not_complete() =>
        new WrittenBuffer("", 10).Invoking(it => it.CheckComplete()).Should().Throw<ChatInputException>();

    [Fact]
    public void It_continues_from_what_the_store_has_even_if_that_becomes_less()
    {
        var buffer = new WrittenBuffer("é", 100);
        buffer.Append("ü😀");
        buffer.Next().Should().Be((2, "ü😀"));
        buffer.StoredUpTo(8);
        buffer.Append("xyz");
        buffer.Next().Should().Be((8, "xyz"));
        buffer.StoredUpTo(4);
        buffer.Next().Should().Be((4, "😀xyz"));
        buffer.StoredUpTo(0);
        buffer.Next().Should().Be((2, "ü😀xyz"));
        buffer.StoredUpTo(9);
        buffer.Next().Should().Be((9, "yz"));
        buffer.StoredUpTo(1000);
        buffer.HasMore.Should().BeFalse();
    }
}
