using Microsoft.Extensions.DependencyInjection;
using RedisChat;

namespace Snippets;

/// <summary>README, "Filter".</summary>
internal static class Filters
{
    public static async Task RunAsync()
    {
        var services = new ServiceCollection();

        #region filter-register
        services.AddRedisChat().UseInMemory()
            .AddMessageFilter<NoLinks>()
            .Configure(options => options.Filters.OnFailure = FilterFailureMode.Accept); // the default is Refuse
        #endregion

        await using var provider = services.BuildServiceProvider();
        var chat = provider.GetRequiredService<Chat>();
        await chat.SendAsync("lobby", "alice", "no **** here");
        try
        {
            await chat.EditAsync("lobby", 1, "alice", "see http://example.com");
            throw new InvalidOperationException("The filter did not do what the README says.");
        }
        catch (ChatForbiddenException e)
        {
            Console.WriteLine(e.Message);
        }
    }
}

#region filter
internal sealed class NoLinks : IMessageFilter
{
    public ValueTask<FilterDecision> FilterAsync(FilteredMessage message, CancellationToken cancellationToken = default) => new(
        message.Text.Contains("://", StringComparison.Ordinal) ? FilterDecision.Refuse("Links are not allowed here.")
        : message.Text.Contains("damn", StringComparison.OrdinalIgnoreCase) ? FilterDecision.Replace(message.Text.Replace("damn", "****", StringComparison.OrdinalIgnoreCase))
        : FilterDecision.Accept);
}
#endregion
