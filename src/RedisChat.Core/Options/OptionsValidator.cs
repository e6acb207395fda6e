using Microsoft.Extensions.Options;

namespace RedisChat;

/// <summary>Runs <see cref="OptionsProblems"/> when the host starts.</summary>
internal sealed class OptionsValidator<T>(Func<T, IEnumerable<string>> problemsIn) : IValidateOptions<T>
    where T : class
{
    public ValidateOptionsResult Validate(string? name, T options)
    {
        var problems = problemsIn(options).ToList();
        return problems.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(problems);
    }
}
