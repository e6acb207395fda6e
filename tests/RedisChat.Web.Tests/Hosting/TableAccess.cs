using System.Security.Claims;
using RedisChat.AspNetCore;

namespace RedisChat.Web.Tests;

/// <summary>An application's access as a test sets it.</summary>
internal sealed class TableAccess(TableAccess.Table table) : IChatAccess
{
    public ValueTask<string?> GetUserIdAsync(ClaimsPrincipal principal, CancellationToken cancellationToken = default) =>
        new(table.User(principal.FindFirstValue(ClaimTypes.NameIdentifier)));

    public ValueTask<RoomRights> GetRightsAsync(ClaimsPrincipal principal, string room, CancellationToken cancellationToken = default) => new(table.Rights(room));

    public ValueTask<DirectoryRights> GetDirectoryRightsAsync(ClaimsPrincipal principal, CancellationToken cancellationToken = default) => new(table.Directory);

    internal sealed class Table
    {
        public Func<string?, string?> User { get; set; } = name => name;

        public Func<string, RoomRights> Rights { get; set; } = _ => RoomRights.All;

        public DirectoryRights Directory { get; set; } = DirectoryRights.All;
    }
}
