using RedisChat.Tests;
using StackExchange.Redis;
using static RedisChat.ServerFindingCodes;

namespace RedisChat.IntegrationTests.Redis;

/// <summary>Inspections with fewer rights than an administrator's.</summary>
public sealed class InspectionAccessTests
{
    private const string Chat = "user=chat,password=secret";

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task With_a_chats_rights_the_findings_name_the_missing_ones_and_the_command_grants_them()
    {
        await using var server = await Patient.StartAsync();
        await server.RunAsync(DocumentedRights());
        var inspection = await server.InspectAsync(Chat);
        inspection.Findings.Where(finding => finding.Code == NotAllowed).Select(finding => finding.Command)
            .Should().Equal("ACL SETUSER chat +acl|whoami", "ACL SETUSER chat +config|get");
        inspection.Ills().Should().OnlyContain(code => code == NotAllowed);

        foreach (var finding in inspection.Findings.Where(finding => finding.Code == NotAllowed))
        {
            await server.RunAsync(finding.Command!);
        }

        (await server.InspectAsync(Chat)).Ills().Should().BeEmpty();
    }

    [Fact]
    public async Task A_missing_right_to_INFO_is_a_warning_and_not_an_error()
    {
        await using var server = await Patient.StartAsync();
        await server.RunAsync(DocumentedRights());
        await server.RunAsync("ACL SETUSER chat -info -time +acl|whoami +config|get");
        var inspection = await server.InspectAsync(Chat);
        inspection.Findings.Select(finding => (finding.Severity, finding.Command)).Should().Equal(
            (ServerFindingSeverity.Problem, "ACL SETUSER chat +time"), (ServerFindingSeverity.Warning, "ACL SETUSER chat +info"));
        inspection.Servers.Should().ContainSingle().Which.Should().Be(new InspectedServer(server.Configuration, ServerRole.Unknown, null));

        foreach (var finding in inspection.Findings)
        {
            await server.RunAsync(finding.Command!);
        }

        (await server.InspectAsync(Chat)).Ills().Should().BeEmpty();
    }

    [Fact]
    public async Task A_connection_that_silently_runs_as_another_user_is_found()
    {
        await using var server = await Patient.StartAsync();
        (await server.InspectAsync(Chat)).Ills().Should().Equal(OtherUser);

        await server.RunAsync("ACL SETUSER chat on >secret ~* &* +@all");

        (await server.InspectAsync(Chat)).Ills().Should().BeEmpty();
    }

    [Fact]
    public async Task A_host_connection_without_allowAdmin_shows_everything_but_the_settings()
    {
        await using var server = await Patient.StartAsync("--maxmemory-policy", "allkeys-lru");
        await using var host = await ConnectionMultiplexer.ConnectAsync(server.Configuration);
        await using var store = new RedisMessageStore(host);

        var inspection = await store.InspectServerAsync(TimeSpan.FromSeconds(10), Cancelled);

        inspection.Ills().Should().Equal(EvictionDeletesMessages, NotAllowed);
        inspection.The(NotAllowed).What.Should().StartWith("The application's connection does not run CONFIG GET:");
        inspection.Servers.Should().ContainSingle().Which.Role.Should().Be(ServerRole.Primary);
    }

    [Fact]
    public async Task With_a_chats_rights_INFO_is_refused_inside_scripts_as_it_is_outside()
    {
        await using var server = await Patient.StartAsync();
        await server.RunAsync(DocumentedRights());
        await server.RunAsync("ACL SETUSER chat -info");
        await using var host = await ConnectionMultiplexer.ConnectAsync($"{server.Configuration},{Chat}");
        await using var store = new RedisMessageStore(host);

        (await store.InspectServerAsync(TimeSpan.FromSeconds(10), Cancelled)).Findings[0].Command.Should().Be("ACL SETUSER chat +info");
    }

    [Fact]
    public async Task Each_right_that_the_chat_lacks_is_named_and_the_commands_grant_them()
    {
        await using var server = await Patient.StartAsync();
        await server.RunAsync(DocumentedRights());
        await server.RunAsync("ACL SETUSER chat +acl|whoami +config|get");
        (await server.InspectAsync(Chat)).Ills().Should().BeEmpty();
        await server.RunAsync("ACL SETUSER chat -hsetnx -hmget -evalsha -zadd -publish resetkeys ~chatroom:{*} ~chatroom:*:live ~chatroom:*:u:* resetchannels");

        // A missing right may hide others, which show once the user has it.
        var commands = new List<string>();
        while ((await server.InspectAsync(Chat)).Findings.Where(finding => finding.Code == RightMissing).Select(finding => finding.Command!).ToList() is { Count: > 0 } missing)
        {
            commands.Should().NotContain(missing);
            commands.AddRange(missing);
            foreach (var command in missing)
            {
                await server.RunAsync(command);
            }
        }

        commands.Should().BeEquivalentTo(
            "ACL SETUSER chat +hsetnx", "ACL SETUSER chat +hmget", "ACL SETUSER chat +evalsha", "ACL SETUSER chat +zadd", "ACL SETUSER chat +publish",
            "ACL SETUSER chat ~chatroom:*", "ACL SETUSER chat &chatroom:*");
        (await server.InspectAsync(Chat)).Ills().Should().BeEmpty();
    }

    private static string DocumentedRights() =>
        File.ReadLines(Path.Combine(Repository.Root, "docs", "operations.md")).First(text => text.StartsWith("ACL SETUSER chat ", StringComparison.Ordinal));
}
