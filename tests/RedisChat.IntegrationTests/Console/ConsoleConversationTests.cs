using static RedisChat.IntegrationTests.Sample.ConsoleProcess;
using static RedisChat.IntegrationTests.Sample.ConsoleRun;

namespace RedisChat.IntegrationTests.Sample;

/// <summary>Users of the console sample at two terminals: what each of them sees of the other.</summary>
public sealed class ConsoleConversationTests
{
    [Fact]
    public async Task Reactions_are_shown_to_everyone_and_ones_own_are_marked()
    {
        var port = FreePort();
        await using var alice = StartOn(port, "alice");
        await alice.TypeAsync("hello");
        await alice.LineAsync($"^#1 {Time} alice: hello$");
        await using var bob = StartOn(port, "bob");
        await bob.LineAsync($"^#1 {Time} alice: hello$");

        await bob.TypeAsync("/react #1 👍");
        await alice.LineAsync("^#1 👍 1$");
        await alice.TypeAsync("/react 1 👍");
        await bob.LineAsync("^#1 👍 2$");
        await bob.TypeAsync("/history");
        await bob.LineAsync(@"^#1 👍 2 \(yours\)$");
        await alice.TypeAsync("/unreact 1 👍");
        await bob.LineAsync("^#1 👍 1$");
        await bob.TypeAsync("/react 2 👍");
        await bob.LineAsync("^There is no message #2");
    }

    [Fact]
    public async Task Many_messages_are_deleted_by_one_command()
    {
        var port = FreePort();
        await using var alice = StartOn(port, "alice");
        foreach (var n in new[] { 1, 2, 3, 4 })
        {
            await alice.TypeAsync($"hello {n}");
            await alice.LineAsync($"^#{n} {Time} alice: hello {n}$");
        }

        await using var bob = StartOn(port, "bob");
        await bob.LineAsync($"^#4 {Time} alice: hello 4$");
        await alice.TypeAsync("/delete 2-#3");
        await alice.LineAsync("^Deleted 2 messages.$");
        await bob.LineAsync("^2 messages were deleted, from #2 to #3.$");
        await bob.TypeAsync("/purge alice");
        await bob.ErrorAsync("only to members");
        await alice.TypeAsync("/purge alice");
        await alice.LineAsync("^Deleted 2 messages.$");
        await bob.LineAsync("^2 messages were deleted, from #1 to #4.$");
    }

    [Fact]
    public async Task Pins_are_shown_to_everyone_and_listed()
    {
        var port = FreePort();
        await using var alice = StartOn(port, "alice");
        await alice.TypeAsync("hello");
        await alice.LineAsync($"^#1 {Time} alice: hello$");
        await using var bob = StartOn(port, "bob");
        await bob.LineAsync($"^#1 {Time} alice: hello$");

        await alice.TypeAsync("/claim");
        await bob.LineAsync("^alice is here as owner.$");
        await alice.TypeAsync("/pin 2");
        await alice.LineAsync("^There is no message #2");
        await alice.TypeAsync("/pin #1");
        await bob.LineAsync("^alice pinned #1.$");
        await bob.TypeAsync("/pin 1");
        await bob.ErrorAsync("only to members");
        await bob.TypeAsync("/pins");
        await bob.LineAsync("^#1 was pinned by alice.$");
        await alice.TypeAsync("/unpin 1");
        await bob.LineAsync("^alice unpinned #1.$");
        await bob.TypeAsync("/pins");
        await bob.LineAsync("^No pinned messages.$");
    }

    [Fact]
    public async Task Members_bans_and_slow_mode_work_between_two_terminals()
    {
        var port = FreePort();
        await using var alice = StartOn(port, "alice");
        await alice.TypeAsync("/claim");
        await alice.LineAsync("^alice is here as owner.$");
        await using var bob = StartOn(port, "bob");
        await bob.TypeAsync("/join");
        await bob.LineAsync("^bob is here as member.$");
        await alice.LineAsync("^bob is here as member.$");
        await bob.TypeAsync("/ban alice");
        await bob.ErrorAsync("role in this room does not allow this");
        await bob.TypeAsync("/claim");
        await bob.LineAsync("^The room belongs to alice.$");

        await alice.TypeAsync("/slow 3600");
        await bob.LineAsync("^The room is open to everyone, in slow mode: a message every 3600 s.$");
        await bob.TypeAsync("hello");
        await alice.LineAsync($"^#1 {Time} bob: hello$");
        await bob.TypeAsync("hello again");
        await bob.ErrorAsync("slow mode. Try again in");

        await alice.TypeAsync("/mute bob");
        await bob.LineAsync(@"^bob is muted \(alice\).$");
        await alice.TypeAsync("/ban bob 5");
        await bob.ErrorAsync("What others write is not shown any more. The user is banned");
        await bob.TypeAsync("let me in");
        await bob.ErrorAsync("^The user is banned from this room. Try again in");
        await alice.TypeAsync("/who");
        await alice.LineAsync("^alice is here as owner.$");
        await alice.LineAsync("^bob is banned until ");
    }

    [Fact]
    public async Task What_was_read_is_marked_and_what_is_unread_is_counted_at_the_start()
    {
        var port = FreePort();
        await using var alice = StartOn(port, "alice");
        await alice.TypeAsync("/read");
        await alice.LineAsync(@"^No messages\.$");
        await alice.TypeAsync("hello");
        await alice.LineAsync($"^#1 {Time} alice: hello$");
        await using (var bob = StartOn(port, "bob"))
        {
            await bob.LineAsync($"^#1 {Time} alice: hello$");
            await bob.TypeAsync("/read");
            await bob.LineAsync(@"^bob has read up to #1\.$");
        }

        await alice.TypeAsync("are you there?");
        await alice.LineAsync($@"^#2 {Time} alice: are you there\?$");
        await using var back = StartOn(port, "bob");
        await back.LineAsync(@"^1 unread\. /read marks everything as read\.$");
        await alice.TypeAsync("/read");
        await alice.LineAsync(@"^alice has read up to #2\.$");
        await alice.LineAsync(@"^bob has read up to #1\.$");
    }

    [Fact]
    public async Task A_name_in_a_line_mentions_a_member()
    {
        var port = FreePort();
        await using var alice = StartOn(port, "alice");
        await alice.TypeAsync("/join");
        await alice.LineAsync("^alice is here as member.$");
        await alice.TypeAsync("/mentions");
        await alice.LineAsync("^Nobody has mentioned you.$");
        await using var bob = StartOn(port, "bob");
        await alice.LineAsync("^bob came in. 2 users are here.$");
        await bob.TypeAsync("@alice, @nobody and @everyone: mail bob@alice");
        await alice.LineAsync($"^#1 {Time} bob: @alice, @nobody and @everyone: mail bob@alice$");

        await alice.TypeAsync("/inbox");
        await alice.LineAsync("^lobby: 1 unread, 1 of them for you. bob: @alice");
        await alice.TypeAsync("/mentions");
        await alice.LineAsync("^1 unread.$");
        await bob.TypeAsync("/edit 1 nobody");
        await alice.LineAsync("nobody");
        await alice.TypeAsync("/mentions");
        await alice.LineAsync("^Nobody has mentioned you.$");
    }

    [Fact]
    public async Task Who_comes_goes_and_types_and_what_is_unread_is_shown_between_two_terminals()
    {
        var port = FreePort();
        await using var alice = StartOn(port, "alice");
        await alice.TypeAsync("/inbox");
        await alice.LineAsync("^You have joined no room. /join joins this one.$");
        await alice.TypeAsync("/join");
        await alice.LineAsync("^alice is here as member.$");
        await using (var bob = StartOn(port, "bob"))
        {
            await alice.LineAsync("^bob came in. 2 users are here.$");
            await bob.TypeAsync("/typing");
            await alice.LineAsync("^bob is typing …$");
            await bob.TypeAsync("hello");
            await alice.LineAsync($"^#1 {Time} bob: hello$");
            await bob.LeaveAsync();
        }

        await alice.LineAsync("^bob went out. 1 user is here.$");
        await alice.TypeAsync("/inbox");
        await alice.LineAsync("^lobby: 1 unread. bob: hello$");
        await alice.TypeAsync("/read");
        await alice.LineAsync("^alice has read up to #1.$");
        await alice.TypeAsync("/inbox");
        await alice.LineAsync("^lobby: 0 unread. bob: hello$");
    }

    [Fact]
    public async Task Sends_edits_and_deletions_by_others_are_shown_live()
    {
        var port = FreePort();
        await using var alice = StartOn(port, "alice");
        await alice.TypeAsync("hello");
        await alice.LineAsync($"^#1 {Time} alice: hello$");
        await using var bob = StartOn(port, "bob");
        await bob.LineAsync($"^#1 {Time} alice: hello$");

        await alice.TypeAsync("how are you?");
        await bob.LineAsync($@"^#2 {Time} alice: how are you\?$");
        await alice.TypeAsync("/edit 1 hi");
        await bob.LineAsync($@"^#1 {Time} alice: hi \(edited\)$");
        await alice.TypeAsync("/delete 2");
        await bob.LineAsync(@"^#2 was deleted\.$");
        await bob.TypeAsync("fine");
        await alice.LineAsync($"^#3 {Time} bob: fine$");

        // Each line once: the user's own messages are not shown again as events.
        ShouldHavePrinted(
            await bob.LeaveAsync(),
            $"^#1 {Time} alice: hello$", $@"^#2 {Time} alice: how are you\?$", $@"^#1 {Time} alice: hi \(edited\)$", @"^#2 was deleted\.$", $"^#3 {Time} bob: fine$");
    }
}
