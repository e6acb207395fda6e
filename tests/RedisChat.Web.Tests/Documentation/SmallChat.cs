#region small
using System.Security.Claims;
using Microsoft.AspNetCore.Authentication;
using RedisChat;
using RedisChat.AspNetCore;
#endregion
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace Documentation;

/// <summary>The chat in 25 lines of docs/web.md. CI puts it into an empty project and uses it.</summary>
internal static class SmallChat
{
    public static void Run(string[] args)
    {
        #region small
        var builder = WebApplication.CreateBuilder(args);
        builder.Services.AddRedisChat(builder.Configuration["redis"] ?? "localhost:6379").AddWeb();
        builder.Services.AddAuthentication("cookie").AddCookie("cookie");
        var app = builder.Build();
        app.UseAuthentication();
        app.MapRedisChat("/chat");
        app.MapPost("/sign-in/{name}", (string name, HttpContext context) => // your application knows its users; this one believes everyone
            context.SignInAsync(new ClaimsPrincipal(new ClaimsIdentity([new Claim("sub", name)], "cookie"))));
        app.MapGet("/", () => Results.Content("""
            <!doctype html><meta charset="utf-8"><pre id="list"></pre><form id="form"><input id="text" autofocus></form>
            <script type="module">
              import { connect } from "/chat/redischat.js";
              await fetch(`/sign-in/${encodeURIComponent(prompt("Your name?"))}`, { method: "POST" });
              const room = connect("/chat").room("lobby");
              room.on("change", () => list.textContent = room.messages.map(({ user, text }) => `${user}: ${text}`).join("\n"));
              form.onsubmit = () => (room.send(text.value), form.reset(), false);
              await room.open();
            </script>
            """, "text/html"));
        app.Run();
        #endregion
    }
}
