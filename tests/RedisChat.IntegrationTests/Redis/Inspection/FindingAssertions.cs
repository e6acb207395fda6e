namespace RedisChat.IntegrationTests.Redis;

/// <summary>Selects an inspection's findings, without those that a single server cannot avoid.</summary>
internal static class FindingAssertions
{
    /// <summary>The codes, except those that a single server of any version has.</summary>
    public static IEnumerable<string> Ills(this ServerInspection inspection) =>
        inspection.Findings.Select(finding => finding.Code).Where(code => code is not (ServerFindingCodes.NoReplica or ServerFindingCodes.NoWaitForDisk));

    public static bool Has(this ServerInspection inspection, string code) => inspection.Findings.Any(finding => finding.Code == code);

    public static ServerFinding The(this ServerInspection inspection, string code) => inspection.Findings.Single(finding => finding.Code == code);
}
