using System.Security.Claims;
using System.Text;
using Microsoft.AspNetCore.Authentication;

namespace RedisChat.WebChat;

/// <summary>Signs in whoever gives a name. A sample: a real application has its own users and checks who they are.</summary>
internal static class SignInEndpoints
{
    private const int MaxNameBytes = 64;

    public static void MapSignIn(this WebApplication app, WebChatSettings settings)
    {
        // A form of another site cannot send JSON, and the cookie is SameSite=Strict: no other protection against forged requests is needed.
        app.MapPost("/sign-in", async (SignInRequest request, HttpContext context) =>
        {
            var name = request.Name?.Trim() ?? "";
            if (!IsUsable(name) || name == settings.Bot)
            {
                return Results.Problem($"Choose another name, of at most {MaxNameBytes} bytes, without control characters, and not that of the bot.", statusCode: StatusCodes.Status400BadRequest);
            }

            await context.SignInAsync(new ClaimsPrincipal(new ClaimsIdentity([new Claim(ClaimTypes.NameIdentifier, name)], "Name")));
            return Results.Json(new { user = name });
        });

        app.MapPost("/sign-out", async (SignOutRequest _, ClaimsPrincipal principal, Chat chat, HttpContext context) =>
        {
            if (principal.FindFirstValue(ClaimTypes.NameIdentifier) is { } user)
            {
                // Ends the user's event streams on every node. The cookie alone would leave them open.
                await chat.RevokeAsync(user, context.RequestAborted);
            }

            await context.SignOutAsync();
            return Results.NoContent();
        });
    }

    // A name becomes part of paths, where "." and ".." are lost, and "%2F" cannot be told from "/".
    private static bool IsUsable(string name) =>
        name is not ("" or "." or "..")
        && Encoding.UTF8.GetByteCount(name) <= MaxNameBytes
        && !name.Contains("%2F", StringComparison.OrdinalIgnoreCase)
        && name.EnumerateRunes().All(rune => rune != Rune.ReplacementChar && !Rune.IsControl(rune));

    internal sealed record SignInRequest(string? Name);

    internal sealed record SignOutRequest;
}
