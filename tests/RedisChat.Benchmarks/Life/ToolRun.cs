namespace RedisChat.Benchmarks.Life;

/// <summary>What a run of the tool printed.</summary>
internal sealed record ToolRun(int ExitCode, string Output, string Errors)
{
    /// <summary>The last line of the output, or of the errors if there is no output.</summary>
    public string LastLine => (Output.Length > 0 ? Output : Errors).Split('\n')[^1];
}
