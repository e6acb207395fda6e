using RedisChat.Conformance;

namespace RedisChat.IntegrationTests.Conformance.Classic;

/// <summary>The layout has no place for attachments.</summary>
public sealed class ClassicAttachmentTests(TestServer server) : AttachmentTests(new ClassicStores(server))
{
    protected override async Task RunAsync(Func<Task> test)
    {
        await Assert.ThrowsAsync<NotSupportedException>(test);
        var attachment = new Attachment { Kind = AttachmentKinds.File, Name = "a", MediaType = "text/plain", Size = 1, Address = "a" };
        await NotSupportedAsync("attachments", () => new Chat(Store).SendAsync(Room, new NewMessage("alice", "") { Attachments = [attachment] }, Cancelled));
        await NotSupportedAsync("attachments", () => new Chat(Store).EditAsync(Room, 1, "alice", new MessageEdit("a") { Attachments = [attachment] }, Cancelled));
    }
}

/// <summary>The layout has no place for link previews.</summary>
public sealed class ClassicLinkPreviewTests(TestServer server) : LinkPreviewTests(new ClassicStores(server))
{
    protected override async Task RunAsync(Func<Task> test)
    {
        await NotSupportedAsync("link previews", () => new Chat(Store).Room(Room).Previews.SetAsync(1, [new LinkPreview { Address = "https://a.example", Title = "a" }], Cancelled));
        await Assert.ThrowsAsync<NotSupportedException>(test);
    }
}

/// <summary>The layout has no place for attachments.</summary>
public sealed class ClassicAttachmentNoticeTests(TestServer server) : AttachmentNoticeTests(new ClassicStores(server))
{
    protected override async Task RunAsync(Func<Task> test)
    {
        await Assert.ThrowsAsync<NotSupportedException>(test);
        var attachment = new Attachment { Kind = AttachmentKinds.File, Name = "a", MediaType = "text/plain", Size = 1, Address = "a" };
        await NotSupportedAsync("attachments", () => new Chat(Store).SendAsync(Room, new NewMessage("alice", "") { Attachments = [attachment] }, Cancelled));
        await NotSupportedAsync("attachments", () => new Chat(Store).EditAsync(Room, 1, "alice", new MessageEdit("a") { Attachments = [attachment] }, Cancelled));
    }
}
