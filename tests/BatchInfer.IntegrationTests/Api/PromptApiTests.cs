using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using BatchInfer.Contracts;
using BatchInfer.IntegrationTests.Hosting;
using BatchInfer.Standalone;

namespace BatchInfer.IntegrationTests.Api;

/// <summary>Jobs with prompts over HTTP: what is refused at once, and what a good one stores.</summary>
public sealed class PromptApiTests : IAsyncLifetime
{
    private readonly TemporaryFolder _folder = new();
    private StandaloneHost _host = null!;
    private BatchInferClient _client = null!;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        TinyTranslator.Write(_folder["models/translator"]);
        _host = await StandaloneHost.StartAsync(new StandaloneSettings { DataFolder = _folder["data"], ModelsFolder = _folder["models"], Quiet = true }, Ct);
        _client = new BatchInferClient(_host.BaseAddress);
    }

    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        await _host.DisposeAsync();
        _folder.Dispose();
    }

    [Theory]
    [InlineData("{{ nope }}", "prompt.template", "nope")]
    [InlineData("{{ text", "prompt.template", "cannot be read")]
    [InlineData("{{ text | nope }}", "prompt.template", "nope")]
    [InlineData("", "prompt.template", "characters")]
    public async Task A_template_that_fits_no_record_is_refused_when_the_job_is_submitted(string template, string field, string named)
    {
        var refused = await RefusedAsync(new PromptSpec { Template = template });
        Assert.Equal(field, refused.Field);
        Assert.Contains(named, refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Examples_that_do_not_fit_and_prompts_of_nothing_are_refused()
    {
        Assert.Equal("prompt", (await RefusedAsync(new PromptSpec())).Field);
        Assert.Equal("prompt.examples", (await RefusedAsync(new PromptSpec { Template = "{{ q }}", Examples = [new PromptExample("no field q", "x")] })).Field);
    }

    [Fact]
    public async Task A_csv_is_asked_for_the_columns_of_the_template_and_not_for_a_text()
    {
        var job = await _client.SubmitAsync(new MemoryStream(Encoding.UTF8.GetBytes("a,b\none,two\nthree,\n")), "corpus.csv",
            new JobRequest { Model = "translator", Prompt = new PromptSpec { System = "eight", Template = "{{ a }} {{ b }}" } }, Ct);
        var lines = await _client.LinesAsync(await _client.CompletedAsync(job.Id, Ct), Ct);
        Assert.All(lines, l => Assert.Null(l.Error));
        var found = await _client.LookupAsync(new LookupRequest { Model = "translator", Inputs = ["eight\n\none two", "eight\n\nthree ", "one two"] }, Ct);
        Assert.Equal([true, true, false], found.Data.Select(d => d.Found));
    }

    [Fact]
    public async Task A_record_that_lacks_a_field_of_the_template_is_an_error_row()
    {
        var input = new JobInput { Records = [new JsonObject { ["a"] = "one" }, new JsonObject { ["b"] = "two" }, new JsonObject { ["a"] = "three" }] };
        var job = await _client.SubmitJobAsync(new JobRequest { Model = "translator", Input = input, Prompt = new PromptSpec { Template = "{{ a }}" } }, null, Ct);
        var lines = await _client.LinesAsync(await _client.CompletedAsync(job.Id, Ct), Ct);
        Assert.Equal([null, ErrorCodes.MissingField, null], lines.Select(l => l.Error?.Code));
    }

    [Fact]
    public async Task A_chat_asked_of_a_model_without_a_template_fails_with_a_sentence()
    {
        var job = await _client.SubmitJobAsync(
            new JobRequest { Model = "translator", Input = new JobInput { Records = ["one"] }, Prompt = new PromptSpec { Chat = true } }, null, Ct);
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(50));
        JobResource now;
        do now = await _client.GetJobAsync(job.Id, Ct);
        while (!now.Status.IsFinal() && await timer.WaitForNextTickAsync(Ct));
        Assert.Equal(JobStatus.Failed, now.Status);
        Assert.Contains("no chat template", now.Message, StringComparison.Ordinal);
    }

    private async Task<BatchInferApiException> RefusedAsync(PromptSpec prompt)
    {
        var refused = await Assert.ThrowsAsync<BatchInferApiException>(() =>
            _client.SubmitJobAsync(new JobRequest { Model = "translator", Input = new JobInput { Records = ["one two", "three"] }, Prompt = prompt }, null, Ct));
        Assert.Equal(HttpStatusCode.BadRequest, refused.Status);
        return refused;
    }
}
