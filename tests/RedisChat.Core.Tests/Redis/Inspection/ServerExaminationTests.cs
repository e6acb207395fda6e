using RedisChat.Redis;
using static RedisChat.ServerFindingCodes;
using static RedisChat.ServerFindingSeverity;

namespace RedisChat.Tests.Redis;

/// <summary>Which server answers lead to which findings.</summary>
public sealed partial class ServerExaminationTests
{
    private static readonly ClientSetup Client = new("chat", KeepAliveSeconds: 60);

    [Fact]
    public void A_well_configured_server_has_no_findings()
    {
        var inspection = Examine(new RawServer());

        inspection.Findings.Should().BeEmpty();
        inspection.HasProblem.Should().BeFalse();
        inspection.Servers.Should().Equal(new InspectedServer("redis:6379", ServerRole.Primary, "Redis 7.2.4"));
    }

    [Theory]
    [MemberData(nameof(Ills))]
    public void A_problem_is_one_finding_with_its_fix(
        string code, ServerFindingSeverity severity, string what, string? command, Action<RawServer> spoil) =>
        ShouldFind(code, severity, what, command, spoil, []);

    [Theory]
    [MemberData(nameof(IllsInCompany))]
    public void A_problem_that_comes_with_others_is_a_finding_too(
        string code, ServerFindingSeverity severity, string what, string? command, Action<RawServer> spoil, string[] company) =>
        ShouldFind(code, severity, what, command, spoil, company);

    private static void ShouldFind(
        string code, ServerFindingSeverity severity, string what, string? command, Action<RawServer> spoil, string[] company)
    {
        var server = new RawServer();
        spoil(server);

        var findings = Examine(server).Findings;

        findings.Select(found => found.Code).Should().BeEquivalentTo([code, .. company]);
        var finding = findings.Single(found => found.Code == code);

        (finding.Code, finding.Severity, finding.What, finding.Command, finding.Server).Should().Be((code, severity, what, command, server.EndPoint));
        finding.Why.Should().EndWith(".");
        (finding.Command ?? finding.Advice).Should().NotBeNull();
        finding.Setting.Should().Be(command?.StartsWith("CONFIG SET ", StringComparison.Ordinal) == true && code != TooFewReplicas
            ? command["CONFIG SET ".Length..].Replace("\"", "", StringComparison.Ordinal)
            : null);
    }

    [Theory]
    [MemberData(nameof(NoIlls))]
    public void A_harmless_answer_is_not_a_finding(Action<RawServer> change)
    {
        var server = new RawServer();
        change(server);

        Examine(server).Findings.Should().BeEmpty();
    }

    [Fact]
    public void Every_code_has_a_test()
    {
        string[] together = [SeveralPrimaries, NoPrimary, ServerClocksDiffer, ServerUnreachable];

        Severities().Select(ill => ill.Code).Concat(together).Distinct().Should().BeEquivalentTo(FindingTable.Codes);
    }

    [Fact]
    public void The_documentation_has_every_code_with_its_severities()
    {
        var documented = FindingTable.Read();

        documented.Keys.Should().BeEquivalentTo(FindingTable.Codes);
        foreach (var ills in Severities().GroupBy(ill => ill.Code, ill => ill.Severity))
        {
            documented[ills.Key].Should().BeEquivalentTo(ills.Distinct(), "that is how bad {0} is", ills.Key);
        }

        documented[SeveralPrimaries].Should().Equal(Problem);
        documented[NoPrimary].Should().Equal(Problem);
        documented[ServerClocksDiffer].Should().Equal(Warning);
        documented[ServerUnreachable].Should().Equal(Warning);
    }

    [Fact]
    public void The_worst_comes_first()
    {
        var server = new RawServer { Settings = { ["hash-max-listpack-value"] = "64", ["timeout"] = "10" }, Info = { ["maxmemory_policy"] = "allkeys-lru" } };

        var inspection = Examine(server);

        inspection.Findings.Select(finding => finding.Severity).Should().Equal(Problem, Warning, Information);
        inspection.HasProblem.Should().BeTrue();
    }

    [Fact]
    public void Two_servers_that_claim_to_be_the_primary_are_a_problem()
    {
        var stale = new RawServer { EndPoint = "stale:6379", Info = { ["run_id"] = "2" } };

        var finding = Examine(new RawServer(), stale).Findings.Should().ContainSingle().Subject;

        (finding.Code, finding.Severity, finding.Server).Should().Be((SeveralPrimaries, Problem, null));
        finding.What.Should().Be("redis:6379 and stale:6379 both claim to be the primary.");
    }

    [Fact]
    public void A_cluster_has_several_primaries()
    {
        var (first, second) = (new RawServer(), new RawServer { EndPoint = "second:6379", Info = { ["run_id"] = "2" } });
        first.BecomeNode();
        second.BecomeNode();

        Examine(first, second).Findings.Should().BeEmpty();
    }

    [Fact]
    public void A_server_with_two_addresses_is_one_server()
    {
        var inspection = Examine(new RawServer(), new RawServer { EndPoint = "10.0.0.1:6379" });

        inspection.Findings.Should().BeEmpty();
        inspection.Servers.Should().ContainSingle();
    }

    [Fact]
    public void A_healthy_primary_and_its_replica_have_no_findings()
    {
        var replica = new RawServer();
        replica.BecomeReplica();

        var inspection = Examine(new RawServer(), replica);

        inspection.Findings.Should().BeEmpty();
        inspection.Servers.Select(server => server.Role).Should().Equal(ServerRole.Primary, ServerRole.Replica);
    }

    [Fact]
    public void Replicas_alone_are_a_problem()
    {
        var replica = new RawServer();
        replica.BecomeReplica();

        Examine(replica).Findings.Should().ContainSingle().Which.Should().BeEquivalentTo(new { Code = NoPrimary, Severity = Problem, Server = (string?)null });
    }

    [Fact]
    public void A_server_that_does_not_answer_is_a_finding_next_to_those_that_do()
    {
        var inspection = ServerExamination.Examine([new RawServer().Answers(), ServerFacts.None("away:6379")], Client);

        inspection.Findings.Should().ContainSingle().Which.Should().BeEquivalentTo(new { Code = ServerUnreachable, Severity = Warning, Server = "away:6379" });
        inspection.Servers[1].Should().Be(new InspectedServer("away:6379", ServerRole.Unknown, null));
    }

    [Fact]
    public void The_clocks_of_servers_are_compared_with_each_other()
    {
        var (primary, replica) = (new RawServer(), new RawServer());
        replica.BecomeReplica();
        primary.Ahead(TimeSpan.FromSeconds(4));
        replica.Ahead(TimeSpan.FromSeconds(-4));

        var finding = Examine(primary, replica).Findings.Should().ContainSingle().Subject;

        (finding.Code, finding.Severity, finding.Server).Should().Be((ServerClocksDiffer, Warning, null));
        finding.What.Should().StartWith("The clock of redis:6379 is 8 s ahead");
    }

    [Fact]
    public void Network_latency_is_not_taken_for_a_clock_difference()
    {
        var server = new RawServer { Clock = new ClockReading(RawServer.Now.AddSeconds(9), RawServer.Now, RawServer.Now.AddSeconds(10)) };

        Examine(server).Findings.Should().BeEmpty();
    }

    [Theory]
    [InlineData("Valkey 8.0.1", "valkey_version", "8.0.1")]
    [InlineData("Redis 7.2.4", "server_name", "redis")]
    public void A_server_is_called_by_its_own_name_and_version(string version, string field, string value) =>
        Examine(new RawServer { Info = { [field] = value } }).Servers[0].Version.Should().Be(version);

    [Fact]
    public void Nonsensical_answers_do_not_cause_an_error()
    {
        var server = new RawServer { Cluster = "" };
        foreach (var field in server.Info.Keys)
        {
            server.Info[field] = ":,=-";
        }

        foreach (var setting in server.Settings.Keys)
        {
            server.Settings[setting] = "pubsub x";
        }

        var examine = () => Examine(server);

        examine.Should().NotThrow();
    }

    private static IEnumerable<(string Code, ServerFindingSeverity Severity)> Severities() =>
        Ills().Select(ill => (ill.Data.Item1, ill.Data.Item2)).Concat(IllsInCompany().Select(ill => (ill.Data.Item1, ill.Data.Item2)));

    private static ServerInspection Examine(params RawServer[] servers) => ServerExamination.Examine([.. servers.Select(server => server.Answers())], Client);
}
