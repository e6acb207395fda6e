using RedisChat.Tests.Storage;

namespace RedisChat.Tests.Attachments;

/// <summary>Attachments and previews that are not valid are refused before the store is reached.</summary>
public sealed class AttachmentInputTests
{
    private static readonly Attachment Good = new() { Kind = "image", Name = "a.png", MediaType = "image/png", Size = 7, Address = "a" };

    private readonly Chat _chat = new(new UnusableStore());

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    public static TheoryData<Attachment, string> Bad => new()
    {
        { Good with { Kind = "" }, "Kind" },
        { Good with { Kind = null! }, "Kind" },
        { Good with { Kind = "Image" }, "Kind" },
        { Good with { Kind = "a b" }, "Kind" },
        { Good with { Kind = new string('a', 33) }, "Kind" },
        { Good with { Name = "" }, "Name" },
        { Good with { Name = null! }, "Name" },
        { Good with { Name = "a\nb" }, "Name" },
        { Good with { Name = "\ud800" }, "Name" },
        { Good with { Name = new string('ü', 128) }, "Name" },
        { Good with { Address = "" }, "Address" },
        { Good with { Address = null! }, "Address" },
        { Good with { Address = "a\0" }, "Address" },
        { Good with { Address = new string('a', ChatLimits.MaxAttachmentAddressBytes + 1) }, "Address" },
        { Good with { MediaType = "" }, "MediaType" },
        { Good with { MediaType = "png" }, "MediaType" },
        { Good with { MediaType = "image/" }, "MediaType" },
        { Good with { MediaType = "image/png\r\nX: y" }, "MediaType" },
        { Good with { MediaType = "image/" + new string('a', 127) }, "MediaType" },
        { Good with { Size = -1 }, "Size" },
        { Good with { Size = 1L << 53 }, "Size" },
        { Good with { Preview = new AttachmentPreview { Address = "" } }, "Preview.Address" },
        { Good with { Preview = new AttachmentPreview { Address = "a\n" } }, "Preview.Address" },
        { Good with { Preview = new AttachmentPreview { Text = "\udc00" } }, "Preview.Text" },
        { Good with { Preview = new AttachmentPreview { Text = new string('a', ChatLimits.MaxAttachmentTextBytes + 1) } }, "Preview.Text" },
        { Good with { Preview = new AttachmentPreview { Width = 0 } }, "Preview" },
        { Good with { Preview = new AttachmentPreview { Height = 65_536 } }, "Preview" },
    };

    [Theory]
    [MemberData(nameof(Bad))]
    public async Task A_bad_attachment_is_refused(Attachment attachment, string property)
    {
        await RefusedAsync(() => _chat.SendAsync("lobby", new NewMessage("alice", "a") { Attachments = [Good, attachment] }, Cancelled), $"message.Attachments[1].{property}");
        await RefusedAsync(() => _chat.SendManyAsync("lobby", [new("alice", "a") { Attachments = [attachment] }], Cancelled), $"messages[0].Attachments[0].{property}");
        await RefusedAsync(() => _chat.EditAsync("lobby", 1, "alice", new MessageEdit("a") { Attachments = [attachment] }, Cancelled), $"attachments[0].{property}");
    }

    [Fact]
    public async Task Too_many_attachments_are_refused()
    {
        AttachmentList many = [.. Enumerable.Repeat(Good, ChatLimits.MaxAttachments + 1)];

        await RefusedAsync(() => _chat.SendAsync("lobby", new NewMessage("alice", "a") { Attachments = many }, Cancelled), "message.Attachments");
        await RefusedAsync(() => _chat.EditAsync("lobby", 1, "alice", new MessageEdit("a") { Attachments = many }, Cancelled), "attachments");
        Assert.Throws<ChatInputException>(() => AttachmentList.Create([Good, null!]));
    }

    [Fact]
    public async Task An_empty_text_needs_attachments()
    {
        await RefusedAsync(() => _chat.SendAsync("lobby", new NewMessage("alice", ""), Cancelled), "message.Text");
        await RefusedAsync(() => _chat.EditAsync("lobby", 1, "alice", new MessageEdit(""), Cancelled), "text");
        await RefusedAsync(() => _chat.EditAsync("lobby", 1, "alice", new MessageEdit("") { Attachments = [] }, Cancelled), "text");
    }

    [Fact]
    public async Task The_largest_attachments_are_allowed()
    {
        var largest = new Attachment
        {
            Kind = new string('a', 32),
            Name = new string('a', ChatLimits.MaxAttachmentNameBytes),
            MediaType = "a/" + new string('b', ChatLimits.MaxMediaTypeBytes - 2),
            Size = (1L << 53) - 1,
            Address = new string('a', ChatLimits.MaxAttachmentAddressBytes),
            Preview = new AttachmentPreview { Text = new string('\n', ChatLimits.MaxAttachmentTextBytes), Address = new string('a', ChatLimits.MaxAttachmentAddressBytes), Width = 65_535, Height = 1 },
        };
        var chat = new Chat(new InMemoryMessageStore());

        await chat.SendAsync("lobby", new NewMessage("alice", "") { Attachments = [.. Enumerable.Repeat(largest, ChatLimits.MaxAttachments)] }, Cancelled);

        (await chat.GetAsync("lobby", 1, Cancelled))!.Attachments.Should().HaveCount(ChatLimits.MaxAttachments);
    }

    private static LinkPreview Link => new() { Address = "https://a.example", Title = "a" };

    public static TheoryData<LinkPreview, string> BadPreviews => new()
    {
        { Link with { Address = "" }, "Address" },
        { Link with { Address = null! }, "Address" },
        { Link with { Address = "https://a.example and more" }, "Address" },
        { Link with { Address = "ftp://a.example" }, "Address" },
        { Link with { Title = "" }, "Title" },
        { Link with { Title = null! }, "Title" },
        { Link with { Title = "a\nb" }, "Title" },
        { Link with { Title = new string('a', ChatLimits.MaxPreviewTitleBytes + 1) }, "Title" },
        { Link with { Description = new string('a', ChatLimits.MaxPreviewTextBytes + 1) }, "Description" },
        { Link with { Image = "data:image/png;base64,xx" }, "Image" },
        { Link with { Image = "/relative" }, "Image" },
        { Link with { SiteName = "a\0" }, "SiteName" },
    };

    [Theory]
    [MemberData(nameof(BadPreviews))]
    public async Task A_bad_link_preview_is_refused(LinkPreview preview, string property) =>
        await RefusedAsync(() => _chat.Room("lobby").Previews.SetAsync(1, [Link, preview], Cancelled), $"previews[1].{property}");

    [Fact]
    public async Task Too_many_link_previews_and_bad_ids_are_refused()
    {
        await RefusedAsync(() => _chat.Room("lobby").Previews.SetAsync(1, [.. Enumerable.Repeat(Link, ChatLimits.MaxLinkPreviews + 1)], Cancelled), "previews");
        await RefusedAsync(() => _chat.Room("lobby").Previews.SetAsync(0, [Link], Cancelled), "messageId");
    }

    private static async Task RefusedAsync(Func<Task> call, string parameter)
    {
        var error = await Assert.ThrowsAsync<ChatInputException>(call);
        error.ParamName.Should().Be(parameter);
    }
}
