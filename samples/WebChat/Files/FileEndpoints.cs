using System.Net.Mime;
using System.Security.Claims;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Primitives;
using RedisChat.AspNetCore;

namespace RedisChat.WebChat.Files;

/// <summary>Uploads and downloads: for those who may send to a room, or read it, by the same access that the chat itself asks.</summary>
internal static class FileEndpoints
{
    /// <summary>Adds files to a chat.</summary>
    public static IRedisChatBuilder AddFiles(this IRedisChatBuilder builder, WebChatSettings settings)
    {
        builder.Services.AddSingleton(settings).AddSingleton(TimeProvider.System).AddSingleton<FileStore>().AddHostedService<FileSweeper>();
        return builder.AddMessageFilter<FileReferences>().AddAttachmentStore<FileAttachments>().AddRoomUpkeep();
    }

    public static void MapFiles(this WebApplication app)
    {
        app.MapPost("/files", UploadAsync);
        app.MapGet("/files/{id}", DownloadAsync);
    }

    private static async Task<IResult> UploadAsync(string room, string name, HttpContext context, FileStore files, Chat chat)
    {
        if (await AllowedAsync(context, chat, room, RoomRights.Send) is not { } user)
        {
            return Results.Problem("You may not send files to this room.", statusCode: StatusCodes.Status403Forbidden);
        }

        if (name is not { Length: > 0 and <= 120 } || name.Any(char.IsControl))
        {
            return Results.Problem("The name of the file is too long.", statusCode: StatusCodes.Status400BadRequest);
        }

        // One byte more than is allowed, so that the answer says what is wrong.
        context.Features.Get<IHttpMaxRequestBodySizeFeature>()!.MaxRequestBodySize = FileStore.MaxBytes + 1;
        try
        {
            var (file, problem, status) = await files.AddAsync(room, user, name, context.Request.Body, context.RequestAborted);
            return file is null
                ? Results.Problem(problem, statusCode: status)
                : Results.Json(new { file.Kind, file.Name, file.MediaType, file.Size, file.Address }, statusCode: status);
        }
        catch (BadHttpRequestException e)
        {
            return Results.Problem(e.StatusCode == StatusCodes.Status413PayloadTooLarge ? $"The file is larger than {FileStore.MaxBytes >> 20} MB." : "The upload broke off.", statusCode: e.StatusCode);
        }
    }

    private static async Task<IResult> DownloadAsync(string id, string room, HttpContext context, FileStore files, Chat chat)
    {
        // Whether there is such a file is for those alone who may read the room.
        if (await AllowedAsync(context, chat, room, RoomRights.Read) is null)
        {
            return Results.Problem("You may not read this room.", statusCode: StatusCodes.Status403Forbidden);
        }

        if (await files.FindAsync(room, id, context.RequestAborted) is not { } file)
        {
            return Results.NotFound();
        }

        var headers = context.Response.Headers;
        headers.ContentSecurityPolicy = "default-src 'none'; sandbox";
        headers.XContentTypeOptions = "nosniff";
        headers.CacheControl = "private, no-cache";
        headers["Cross-Origin-Resource-Policy"] = "same-origin";
        headers.ContentDisposition = new StringValues(new ContentDisposition { DispositionType = file.Kind == AttachmentKinds.Image ? "inline" : "attachment", FileName = Uri.EscapeDataString(file.Name) }.ToString());
        try
        {
            return Results.Stream(new FileStream(files.PathOf(file), FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete), file.MediaType, enableRangeProcessing: true);
        }
        catch (FileNotFoundException)
        {
            return Results.NotFound();
        }
    }

    /// <summary>The user, if the application and the room's rules allow this; otherwise <see langword="null"/>.</summary>
    private static async Task<string?> AllowedAsync(HttpContext context, Chat chat, string room, RoomRights right)
    {
        var access = context.RequestServices.GetService<IChatAccess>();
        var user = access is null ? context.User.FindFirstValue(ClaimTypes.NameIdentifier) : await access.GetUserIdAsync(context.User, context.RequestAborted);
        try
        {
            var rights = user is null ? RoomRights.None : await chat.Room(room).Members.GetRightsAsync(user, context.RequestAborted);
            var above = ThreadId.TryParse(room, out var thread) ? thread.Room : room;
            rights &= access is null ? RoomRights.All : await access.GetRightsAsync(context.User, above, context.RequestAborted);
            return rights.HasFlag(right) ? user : null;
        }
        catch (ChatInputException)
        {
            return null;
        }
    }
}
