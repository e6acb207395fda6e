using static RedisChat.ServerFindingCodes;

namespace RedisChat.IntegrationTests.Redis;

/// <summary>Garnet reports little about itself. The inspection says so, and nothing fails.</summary>
public sealed class InspectionOnGarnetTests(SharedGarnet garnet)
{
    [Fact]
    public async Task Settings_that_Garnet_does_not_report_are_named()
    {
        var inspection = await Patient.InspectAsync(garnet.Configuration, time: null);

        inspection.HasProblem.Should().BeFalse();
        inspection.Findings.Select(finding => finding.Code).Should().Equal(NoReplica, NotReported, NotReported, NoWaitForDisk);
        inspection.Findings[1].What.Should().StartWith("The server does not answer ACL WHOAMI:");
        inspection.Findings[2].What.Should().Contain("maxmemory_policy").And.Contain("appendfsync").And.Contain("hash-max-listpack-value");
        var server = inspection.Servers.Should().ContainSingle().Subject;
        server.Role.Should().Be(ServerRole.Primary);
        server.Version.Should().StartWith("Garnet ");
    }
}
