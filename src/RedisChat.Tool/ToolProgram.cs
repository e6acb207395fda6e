using System.CommandLine;
using System.CommandLine.Invocation;
using System.CommandLine.Parsing;
using RedisChat.Tool.Connecting;

namespace RedisChat.Tool;

/// <summary>The program: parses the command line, runs the command, and turns whatever goes wrong into one line and an exit code.</summary>
internal static class ToolProgram
{
    // An argument that begins with @ is a text to send, not a file with arguments; "-abc" is not three options.
    private static readonly ParserConfiguration Parsing = new() { ResponseFileTokenReplacer = null, EnablePosixBundling = false };

    public static async Task<int> RunAsync(string[] args)
    {
        var output = ToolOutput.ForConsole();
        using var signals = new StopSignals();
        try
        {
            var parsed = ToolCommands.Create(output, TimeProvider.System).Parse(args.Length == 0 ? ["--help"] : args, Parsing);
            if (parsed.Action is ParseErrorAction)
            {
                output.Error(Problem(parsed));
                return ExitCode.Refused;
            }

            var code = await parsed.InvokeAsync(new InvocationConfiguration { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null }, signals.Token);
            return code;
        }
        catch (OperationCanceledException) when (signals.ExitCode is not null)
        {
            return signals.ExitCode.Value;
        }
        catch (OutputClosedException)
        {
            return ExitCode.OutputClosed;
        }
        catch (Exception e)
        {
            return Report(output, e);
        }
    }

    private static int Report(ToolOutput output, Exception error)
    {
        try
        {
            output.Error(error switch
            {
                ToolException or ChatException or ArgumentException or NotSupportedException or IOException or UnauthorizedAccessException => Hints.Explain(error),
                _ => $"This is an error of redischat itself, please report it: {error.GetType().Name}: {error.Message}",
            });
        }
        catch (Exception e) when (e is OutputClosedException or IOException)
        {
            // Nobody reads the errors either, or they cannot be written; the exit code says it.
        }

        return error is ChatUnavailableException ? ExitCode.Unreachable : ExitCode.Refused;
    }

    private static string Problem(ParseResult parsed)
    {
        var names = new Stack<string>();
        for (var at = parsed.CommandResult; at is { Command: not RootCommand }; at = at.Parent as CommandResult)
        {
            names.Push(at.Command.Name);
        }

        var command = string.Join(' ', ["redischat", .. names]);
        var text = parsed.UnmatchedTokens is [var unknown, ..] ? $"There is no {(command == "redischat" ? "command" : "argument or option")} '{unknown}'." : parsed.Errors[0].Message;
        return Secrets.MayBeIn(text)
            ? $"The command line is not valid; an argument is not shown because it may contain a password. '{command} --help' lists what can be given."
            : $"{text} '{command} --help' lists what can be given.";
    }
}
