using RedisChat.IntegrationTests;

namespace RedisChat.Browser.Tests;

/// <summary>Text of users is shown as text.</summary>
public sealed class TextTests(Chromium chromium, TestServer server)
{
    private const string Room = "talk";

    private static readonly string[] Texts =
    [
        "<img src=x onerror=\"window.ran = 1; alert(1)\">",
        "<script>window.ran = 2; alert(2)</script>",
        "\"><svg onload=alert(3)> ${alert(4)} {{alert(5)}} javascript:alert(6)",
        "https://example.invalid/\"onmouseover=\"alert(7) and javascript:alert(8)",
        "שלום עולם, مرحبا, abc",
        "\u202Egnirts desrever\u202C",
        "👩‍👩‍👧‍👦 👨🏽‍🚀 🏳️‍🌈 e\u0301",
        new string('x', 16 * 1024),
        string.Concat(Enumerable.Repeat(new string('é', 63) + "\n", (16 * 1024 / 127) - 1)) + "end",
    ];

    [Fact]
    public async Task Markup_right_to_left_text_emoji_and_16_KiB_are_shown_as_they_were_written()
    {
        await using var site = await ChatSite.StartAsync(chromium, server.Require(), nodes: 1);
        var alice = await site.OpenAsync("<b onclick=alert(9)>alice</b>", Room);
        var bob = await site.OpenAsync("bob", Room);

        await alice.SendAsync(Texts);

        var stored = await site.SettleAsync(Room, alice, bob);
        stored.Select(message => message.Text).Should().Equal(Texts);
        foreach (var page in (ChatPage[])[alice, bob])
        {
            (await page.Tab.Locator("[data-testid=text] :not(a)").CountAsync()).Should().Be(0);
            (await page.Tab.Locator("[data-testid=text] a").EvaluateAllAsync<string[]>("links => links.map((link) => link.protocol)")).Should().OnlyContain(protocol => protocol == "https:");
            (await page.Tab.Locator("bdi b, [onclick], [onerror], [onload], [onmouseover], #messages script, #messages img").CountAsync()).Should().Be(0);
            (await page.Tab.EvaluateAsync<bool>("() => window.ran === undefined")).Should().BeTrue();
            page.Trouble.Should().BeEmpty();
        }
    }
}
