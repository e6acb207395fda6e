namespace RedisChat.IntegrationTests.Sample;

/// <summary>The result of a run of the console sample.</summary>
internal sealed record ConsoleRun(int ExitCode, IReadOnlyList<string> Output, IReadOnlyList<string> Errors)
{
    /// <summary>Exactly these lines, no error, no control characters.</summary>
    public static void ShouldHavePrinted(ConsoleRun run, params string[] patterns)
    {
        run.Errors.Should().BeEmpty();
        run.ExitCode.Should().Be(0);
        run.Output.Should().HaveCount(patterns.Length, "it printed {0}", string.Join('\n', run.Output));
        for (var i = 0; i < patterns.Length; i++)
        {
            run.Output[i].Should().MatchRegex(patterns[i]);
        }

        string.Concat(run.Output).Where(char.IsControl).Should().BeEmpty();
    }

    /// <summary>One line of error, and no output.</summary>
    public static void ShouldHaveFailed(ConsoleRun run, string pattern)
    {
        run.Errors.Should().ContainSingle().Which.Should().MatchRegex(pattern);
        run.Output.Should().BeEmpty();
        run.ExitCode.Should().Be(1);
    }
}
