#pragma warning disable CS0618 // The constructors with more arguments add nothing here.
using System.Security.Authentication;
using RedisChat.Redis;
using StackExchange.Redis;

namespace RedisChat.Tests.Redis;

/// <summary>Translates errors of the client library and the server into the chat's errors.</summary>
public sealed class RedisErrorsTests
{
    [Theory]
    [InlineData("LOADING Redis is loading the dataset in memory")]
    [InlineData("BUSY Redis is busy running a script. You can only call SCRIPT KILL or SHUTDOWN NOSAVE.")]
    [InlineData("READONLY You can't write against a read only replica.")]
    [InlineData("TRYAGAIN Multiple keys request during rehashing of slot")]
    [InlineData("CLUSTERDOWN The cluster is down")]
    [InlineData("MASTERDOWN Link with MASTER is down and replica-serve-stale-data is set to 'no'.")]
    [InlineData("NOSCRIPT No matching script. Please use EVAL.")]
    [InlineData("MOVED 3999 127.0.0.1:6381")]
    [InlineData("ASK 3999 127.0.0.1:6381")]
    [InlineData("NOREPLICAS Not enough good replicas to write.")]
    [InlineData("MISCONF Redis is configured to save RDB snapshots, but it's currently unable to persist to disk.")]
    [InlineData("Key has MOVED to Endpoint 127.0.0.1:10068 and hashslot 10294 but CommandFlags.NoRedirect was specified - redirect not followed for EVAL. ")]
    [InlineData("ERR Lua encountered an error: LOADING Redis is loading the dataset in memory")]
    [InlineData("ERR max number of clients reached")]
    public void A_temporary_refusal_is_an_unavailability_in_which_nothing_happened(string answer)
    {
        var error = Translate(new RedisServerException(answer)).Should().BeOfType<ChatUnavailableException>().Which;
        error.MayHaveHappened.Should().BeFalse();
        error.Message.Should().Contain("temporarily refusing").And.Contain("Nothing was changed");
    }

    [Fact]
    public void A_client_that_knows_no_primary_has_sent_nothing() =>
        Translate(new RedisCommandException("Command cannot be issued to a replica: EVAL"))
            .Should().BeOfType<ChatUnavailableException>().Which.MayHaveHappened.Should().BeFalse();

    [Theory]
    [InlineData("OOM command not allowed when used memory > 'maxmemory'.", typeof(ChatStoreFullException))]
    [InlineData("WRONGTYPE Operation against a key holding the wrong kind of value", typeof(ChatDataException))]
    [InlineData("CHATDATA the room has no valid counters", typeof(ChatDataException))]
    [InlineData("CHATCONFLICT an idempotency key was used for another message", typeof(ChatIdempotencyConflictException))]
    [InlineData("NOPERM this user has no permissions to run the 'eval' command", typeof(ChatException))]
    [InlineData("ERR DB index is out of range", typeof(ChatServerException))]
    [InlineData("ERR SELECT is not allowed in cluster mode", typeof(ChatServerException))]
    [InlineData("ERR unknown command 'EVALSHA', with args beginning with: 'x' ", typeof(ChatServerException))]
    [InlineData("ERR Unknown Redis command called from script script: 1, on @user_script:1.", typeof(ChatServerException))]
    [InlineData("CROSSSLOT Keys in request don't hash to the same slot", typeof(ChatServerException))]
    [InlineData("DENIED Redis is running in protected mode", typeof(ChatServerException))]
    [InlineData("NOAUTH Authentication required.", typeof(ChatException))]
    [InlineData("WRONGPASS invalid username-password pair or user is disabled.", typeof(ChatException))]
    [InlineData("ERR something new", typeof(ChatException))]
    public void A_lasting_refusal_has_its_own_error(string answer, Type expected)
    {
        var error = Translate(new RedisServerException(answer))!;
        error.Should().BeOfType(expected);
        error.InnerException.Should().BeOfType<RedisServerException>();
    }

    [Theory]
    [InlineData(CommandStatus.Sent, true, true)]
    [InlineData(CommandStatus.Unknown, true, true)]
    [InlineData(CommandStatus.WaitingToBeSent, true, false)]
    [InlineData(CommandStatus.WaitingInBacklog, true, false)]
    [InlineData(CommandStatus.Sent, false, false)]
    public void A_command_without_an_answer_may_have_happened_if_it_was_sent_and_writes(CommandStatus status, bool writes, bool mayHaveHappened)
    {
        Translate(new RedisTimeoutException("Timeout", status), writes).Should().BeOfType<ChatUnavailableException>()
            .Which.MayHaveHappened.Should().Be(mayHaveHappened);
        Translate(new RedisConnectionException(ConnectionFailureType.SocketClosed, "Closed", null, status), writes).Should().BeOfType<ChatUnavailableException>()
            .Which.MayHaveHappened.Should().Be(mayHaveHappened);
    }

    [Fact]
    public void A_connection_that_was_never_made_sent_nothing() =>
        Translate(new RedisConnectionException(ConnectionFailureType.UnableToConnect, "No connection", null, CommandStatus.Unknown))
            .Should().BeOfType<ChatUnavailableException>().Which.MayHaveHappened.Should().BeFalse();

    [Theory]
    [InlineData("NOPERM this user has no permissions to run the 'eval' command")]
    [InlineData("ERR The user executing the script can't run this command or subcommand script: 4df0, on @user_script:1.")]
    [InlineData("ERR ACL failure in script: User chat has no permissions to run the 'set' command script: 0a9f, on @user_script:1.")]
    public void A_missing_right_is_named_wherever_it_is_missing(string answer) =>
        Translate(new RedisServerException(answer))!.Message.Should().Contain("rights").And.Contain("docs/operations.md");

    [Theory]
    [InlineData("NOPERM this user has no permissions to run the 'hset' command", "Command", "hset")]
    [InlineData("NOPERM User chat has no permissions to run the 'script|load' command", "Command", "script|load")]
    [InlineData("NOPERM this user has no permissions to access one of the keys used as arguments", "Key", null)]
    [InlineData("NOPERM No permissions to access a key", "Key", null)]
    [InlineData("NOPERM this user has no permissions to access one of the channels used as arguments", "Channel", null)]
    [InlineData("ERR The user executing the script can't access at least one of the keys mentioned in the command arguments script: 1", "Key", null)]
    [InlineData("ERR The user executing the script can't publish to the channel mentioned in the command script: 1", "Channel", null)]
    [InlineData("ERR ACL failure in script: No permissions to access a channel script: 1", "Channel", null)]
    [InlineData("ERR ACL failure in script: User chat has no permissions to run the 'set' command script: 1", "Command", "set")]
    public void The_kind_of_a_missing_right_is_known(string answer, string kind, string? command) =>
        MissingRight.From(answer).Should().Be(new MissingRight(Enum.Parse<MissingRightKind>(kind), command));

    [Fact]
    public void Other_exceptions_are_left_alone() => Translate(new InvalidOperationException()).Should().BeNull();

    [Fact]
    public void A_refused_handshake_is_found_however_deep_it_is()
    {
        var refusal = new AuthenticationException("The remote certificate is invalid.");
        var failure = new RedisConnectionException(
            ConnectionFailureType.SocketFailure, "No connection", new IOException("closed", refusal), CommandStatus.Unknown);

        RedisErrors.RefusedHandshake(failure).Should().BeSameAs(refusal);
        RedisErrors.RefusedHandshake(new IOException()).Should().BeNull();
        RedisErrors.Refused(refusal).Message.Should()
            .Contain("The remote certificate is invalid.").And.Contain("docs/operations.md");
    }

    [Fact]
    public void A_refused_login_does_not_repeat_the_client_librarys_end_point()
    {
        var refusal = new RedisConnectionException(
            ConnectionFailureType.AuthenticationFailure, "Error: WRONGPASS on user:the-secret@host:6379", null, CommandStatus.Unknown);

        RedisErrors.Refused(refusal).Message.Should().Contain("password is wrong").And.NotContain("the-secret");
    }

    private static ChatException? Translate(Exception error, bool writes = true) => RedisErrors.Translate(error, writes);
}
