using System.Net;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using CsCheck;

namespace BatchInfer.IntegrationTests.Api;

/// <summary>Requests that no client should send: each is answered with what is wrong, and none with a failure of the server.</summary>
public sealed class HostileRequestTests(EmbeddedApi api)
{
    private static readonly string[] Members =
        ["model", "task", "input", "text_field", "text_pair_field", "id_field", "parameters", "priority", "metadata", "error_threshold", "deadline_seconds", "unknown"];

    /// <summary>Any JSON, and of each kind what is at its edge.</summary>
    private static readonly Gen<JsonNode?> Value = Gen.Recursive<JsonNode?>((depth, inner) => depth > 2 ? Scalar() : Gen.Frequency(
        (4, Scalar()),
        (1, inner.Array[0, 4].Select(items => (JsonNode?)new JsonArray([.. items.Select(i => i?.DeepClone())]))),
        (1, Gen.Select(Gen.String[0, 8], inner).Array[0, 4].Select(members =>
            (JsonNode?)new JsonObject(members.DistinctBy(m => m.Item1).Select(m => KeyValuePair.Create(m.Item1, m.Item2?.DeepClone())))))));

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public Task No_job_request_makes_the_server_fail() => Seeded.CheckAsync(
        Gen.Select(Gen.Int[0, Members.Length - 1], Value).Array[1, 3], 300,
        async changes =>
        {
            var request = new JsonObject { ["model"] = "sentiment", ["input"] = new JsonObject { ["records"] = new JsonArray("a fine film") } };
            foreach (var (member, value) in changes) request[Members[member]] = value?.DeepClone();
            await AnswersAsync(await api.PostAsync("v1/jobs", request.ToJsonString(), Ct));
        });

    [Fact]
    public Task No_lookup_makes_the_server_fail() => Seeded.CheckAsync(
        Gen.Select(Gen.Int[0, 5], Value).Array[1, 3], 200,
        async changes =>
        {
            string[] members = ["model", "task", "parameters", "inputs", "keys", "custom_ids"];
            var request = new JsonObject { ["model"] = "sentiment" };
            foreach (var (member, value) in changes) request[members[member]] = value?.DeepClone();
            await AnswersAsync(await api.PostAsync("v1/predictions/lookup", request.ToJsonString(), Ct));
        });

    [Fact]
    public Task No_question_for_a_history_makes_the_server_fail() => Seeded.CheckAsync(
        Gen.Select(Gen.Int[0, 4], Value).Array[1, 3], 200,
        async changes =>
        {
            string[] members = ["model", "task", "parameters", "input", "input_pair"];
            var request = new JsonObject { ["model"] = "sentiment", ["input"] = "a fine film" };
            foreach (var (member, value) in changes) request[members[member]] = value?.DeepClone();
            await AnswersAsync(await api.PostAsync("v1/predictions/history", request.ToJsonString(), Ct));
        });

    [Fact]
    public Task No_bytes_make_the_server_fail() => Seeded.CheckAsync(
        Gen.Byte.Array[0, 200], 200,
        async bytes =>
        {
            foreach (var (method, path) in ((HttpMethod, string)[])[(HttpMethod.Post, "v1/jobs"), (HttpMethod.Patch, $"v1/jobs/{Guid.Empty}"), (HttpMethod.Post, "v1/predictions/lookup")])
            {
                using var request = new HttpRequestMessage(method, path) { Content = new ByteArrayContent(bytes) };
                request.Content.Headers.ContentType = new("application/json");
                await AnswersAsync(await api.Http.SendAsync(request, Ct));
            }
        });

    [Fact]
    public async Task What_is_too_large_or_too_deep_is_refused_by_name()
    {
        string deep = string.Concat(Enumerable.Repeat("{\"a\":", 40)) + "1" + new string('}', 40);
        await EmbeddedApi.ProblemAsync(await api.PostAsync("v1/jobs", $"{{\"parameters\":{deep}}}", Ct), HttpStatusCode.BadRequest, Ct);
        // As curl does with what is large: the answer comes before the body is sent, and not into the middle of it.
        using var large = new HttpRequestMessage(HttpMethod.Post, "v1/jobs") { Content = new StringContent("{\"model\":\"" + new string('m', 33 << 20) + "\"}", Encoding.UTF8, "application/json") };
        large.Headers.ExpectContinue = true;
        await EmbeddedApi.ProblemAsync(await api.Http.SendAsync(large, Ct), HttpStatusCode.RequestEntityTooLarge, Ct);
        await EmbeddedApi.ProblemAsync(await api.PostAsync("v1/jobs", "{\"priority\":1e999}", Ct), HttpStatusCode.BadRequest, Ct);
        await EmbeddedApi.ProblemAsync(await api.PostAsync("v1/jobs", "{\"deadline_seconds\":1.5}", Ct), HttpStatusCode.BadRequest, Ct);
        using var latin = new ByteArrayContent([.. "{\"model\":\"na"u8, 0xEF, .. "ve\"}"u8]);
        latin.Headers.ContentType = new("application/json");
        await EmbeddedApi.ProblemAsync(await api.Http.PostAsync(new Uri("v1/jobs", UriKind.Relative), latin, Ct), HttpStatusCode.BadRequest, Ct);
    }

    private static Gen<JsonNode?> Scalar() => Gen.OneOf(
        Gen.Const((JsonNode?)null),
        Gen.Bool.Select(b => (JsonNode?)JsonValue.Create(b)),
        Gen.Int.Select(i => (JsonNode?)JsonValue.Create(i)),
        Gen.Double[-1e300, 1e300].Select(d => (JsonNode?)JsonValue.Create(d)),
        Gen.String[0, 40].Select(s => (JsonNode?)JsonValue.Create(Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(s)))),
        Gen.OneOf(Gen.Const(""), Gen.Const("sentiment"), Gen.Const("text"), Gen.Const("\0"), Gen.Const("../../etc/passwd")).Select(s => (JsonNode?)JsonValue.Create(s)));

    /// <summary>Done, or a problem that says what is wrong; never that the server failed.</summary>
    private static async Task AnswersAsync(HttpResponseMessage response)
    {
        using (response)
        {
            string body = await response.Content.ReadAsStringAsync(Ct);
            Assert.True((int)response.StatusCode < 500, body);
            if (response.IsSuccessStatusCode) return;
            using var problem = JsonDocument.Parse(body);
            Assert.False(string.IsNullOrEmpty(problem.RootElement.GetProperty("code").GetString()));
            Assert.False(string.IsNullOrEmpty(problem.RootElement.GetProperty("detail").GetString()));
        }
    }
}
