using System.Net;
using System.Text;
using System.Text.Json;

namespace RedisChat.Web.Tests;

/// <summary>Requests and answers as clients of any language see them: text and JSON, with no type of the library.</summary>
internal static class HttpJson
{
    public static async Task<Reply> SendAsync(this HttpClient client, string method, string path, string? json = null, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), path);
        foreach (var (name, value) in headers)
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }

        if (json is not null)
        {
            request.Content = new StringContent(json, Encoding.UTF8, "application/json");
        }

        return await client.ReadAsync(request);
    }

    public static async Task<Reply> ReadAsync(this HttpClient client, HttpRequestMessage request)
    {
        using var response = await client.SendAsync(request, TestContext.Current.CancellationToken);
        return new Reply(response, await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
    }

    /// <summary>An answer that was read.</summary>
    internal sealed class Reply(HttpResponseMessage response, string text)
    {
        public HttpStatusCode Status { get; } = response.StatusCode;

        public int Code => (int)Status;

        public string Text => text;

        public string? ContentType { get; } = response.Content.Headers.ContentType?.ToString();

        public string? Location { get; } = response.Headers.Location?.OriginalString;

        public string? Header(string name) =>
            response.Headers.TryGetValues(name, out var values) || response.Content.Headers.TryGetValues(name, out values) ? string.Join(",", values) : null;

        public JsonElement Json { get; } = response.Content.Headers.ContentType?.MediaType is "application/json" or "application/problem+json" ? JsonDocument.Parse(text).RootElement : default;

        /// <summary>A part of the JSON as text, <c>code</c> or <c>messages.0.text</c>; <see langword="null"/> if there is none.</summary>
        public string? this[string path]
        {
            get
            {
                var at = Json;
                foreach (var step in path.Split('.'))
                {
                    if (at.ValueKind == JsonValueKind.Array && int.TryParse(step, out var index) && index < at.GetArrayLength())
                    {
                        at = at[index];
                    }
                    else if (at.ValueKind != JsonValueKind.Object || !at.TryGetProperty(step, out at))
                    {
                        return null;
                    }
                }

                return at.ToString();
            }
        }

        /// <summary>Asserts the status and says what came if it is another one.</summary>
        public Reply Expect(int status)
        {
            Code.Should().Be(status, "the answer is {0}", text);
            return this;
        }

        /// <summary>Asserts that this is a problem of the contract.</summary>
        public Reply ExpectProblem(int status, string code, string? reason = null, string? parameter = null)
        {
            Expect(status);
            ContentType.Should().Be("application/problem+json");
            (this["code"], this["reason"], this["status"]).Should().Be((code, reason, status.ToString(System.Globalization.CultureInfo.InvariantCulture)), "the answer is {0}", text);
            this["title"].Should().NotBeNullOrEmpty();
            if (parameter is not null)
            {
                this["parameter"].Should().Be(parameter, "the answer is {0}", text);
            }

            return this;
        }
    }
}
