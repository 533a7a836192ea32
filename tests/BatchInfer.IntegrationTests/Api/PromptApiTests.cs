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
        WriteChatModel("chatty", "{% for m in messages %}{{ m.role }} {{ m.content }} {% endfor %}{% if add_generation_prompt %}eight{% endif %}");
        WriteChatModel("wordy", "{{ 'eight ' * 100 }}{{ messages[-1].content }}");
        WriteChatModel("brief", "{{ messages[-1].content }}");
        WriteChatModel("strict", "{% for m in messages %}{% if m.role == 'system' or 'two' in m.content %}{{ raise_exception('No ' ~ m.content ~ '!') }}{% endif %}{{ m.content }}{% endfor %}");
        WriteChatModel("importing", "{% import 'x' as y %}");
        WriteChatModel("dated", "{{ strftime_now('%d') }}");
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
    public async Task A_prompt_that_is_too_long_for_every_record_is_refused_with_its_tokens_unless_it_may_be_cut()
    {
        var prompt = new PromptSpec { System = string.Join(' ', Enumerable.Repeat("eight", 200)) };
        var refused = await RefusedAsync(prompt);
        Assert.Equal("prompt", refused.Field);
        Assert.Matches("first 2 records have [0-9]+ to [0-9]+ tokens; the model takes [0-9]+", refused.Message);
        await CompletedAsync("translator", prompt, new JsonObject { ["truncation"] = true });
    }

    [Fact]
    public async Task A_prompt_that_is_too_long_for_some_records_leaves_them_as_error_rows()
    {
        var input = new JobInput { Records = ["one", string.Join(' ', Enumerable.Repeat("eight", 200))] };
        var job = await _client.SubmitJobAsync(new JobRequest { Model = "translator", Input = input, Prompt = new PromptSpec { System = "two" } }, null, Ct);
        var lines = await _client.LinesAsync(await _client.CompletedAsync(job.Id, Ct), Ct);
        Assert.Equal([null, ErrorCodes.TooLong], lines.Select(l => l.Error?.Code));
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
    public async Task A_chat_is_put_together_by_the_model_s_own_template_and_looked_up_by_what_comes_of_it()
    {
        var job = await _client.SubmitJobAsync(new JobRequest
        {
            Model = "chatty", Input = new JobInput { Records = [new JsonObject { ["q"] = "one two" }] },
            Prompt = new PromptSpec { Chat = true, System = "three", Template = "{{ q }}", Examples = [new PromptExample(new JsonObject { ["q"] = "four" }, "five")] },
        }, null, Ct);
        var line = Assert.Single(await _client.LinesAsync(await _client.CompletedAsync(job.Id, Ct), Ct));
        Assert.Null(line.Error);
        var found = await _client.LookupAsync(new LookupRequest
        {
            Model = "chatty", Parameters = new JsonObject { ["add_special_tokens"] = false }, Inputs = ["system three user four assistant five user one two eight"],
        }, Ct);
        Assert.Equal(line.Output!.Value.GetRawText(), Assert.Single(found.Data).Output!.Value.GetRawText());
    }

    [Theory]
    [InlineData("translator", "no chat template")]
    [InlineData("importing", "{% import %} is not supported")]
    [InlineData("dated", "strftime_now() is not supported")]
    [InlineData("strict", "No prompt comes of the first records. The model's chat template refuses this prompt: No eight!")]
    public async Task A_chat_that_the_model_s_template_cannot_put_together_is_refused_when_the_job_is_submitted(string model, string said)
    {
        foreach (var parameters in (JsonObject?[])[null, new JsonObject { ["truncation"] = true }])
        {
            var refused = await RefusedAsync(new PromptSpec { Chat = true, System = "eight" }, model, parameters);
            Assert.Equal("prompt.chat", refused.Field);
            Assert.Contains(said, refused.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_token_that_the_model_does_not_have_fails_the_job_with_a_sentence_and_no_record()
    {
        var request = new JobRequest { Model = "translator", Input = new JobInput { Records = ["one"] }, Parameters = new JsonObject { ["forced_bos_token_id"] = 12 } };
        var job = await _client.SubmitJobAsync(request, null, Ct);
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(50));
        JobResource now;
        do now = await _client.GetJobAsync(job.Id, Ct);
        while (!now.Status.IsFinal() && await timer.WaitForNextTickAsync(Ct));
        Assert.Equal(JobStatus.Failed, now.Status);
        Assert.Contains("forced_bos_token_id names the token 12", now.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_template_is_asked_for_where_none_of_the_first_records_can_be_sent()
    {
        var refused = await RefusedAsync(new PromptSpec { Chat = true }, records: [string.Concat(Enumerable.Repeat("one ", 400_000))]);
        Assert.Equal("prompt.chat", refused.Field);
    }

    [Fact]
    public async Task Chats_are_measured_as_the_model_s_template_writes_them()
    {
        var refused = await RefusedAsync(new PromptSpec { Chat = true }, "wordy");
        Assert.Equal("prompt", refused.Field);
        Assert.Contains("first 2 records have 101 to 102 tokens; the model takes 64", refused.Message, StringComparison.Ordinal);
        // Another template leaves out what would be too long.
        await CompletedAsync("brief", new PromptSpec { Chat = true, System = string.Join(' ', Enumerable.Repeat("eight", 200)) }, null);
        await CompletedAsync("wordy", new PromptSpec { Chat = true }, new JsonObject { ["truncation"] = true });
    }

    [Fact]
    public async Task A_chat_that_the_template_refuses_for_some_records_leaves_them_as_error_rows()
    {
        var job = await _client.SubmitJobAsync(new JobRequest { Model = "strict", Input = new JobInput { Records = ["one two", "three"] }, Prompt = new PromptSpec { Chat = true } }, null, Ct);
        var lines = await _client.LinesAsync(await _client.CompletedAsync(job.Id, Ct), Ct);
        Assert.Equal([ErrorCodes.InvalidPrompt, null], lines.Select(l => l.Error?.Code));
    }

    private async Task CompletedAsync(string model, PromptSpec prompt, JsonObject? parameters)
    {
        var job = await _client.SubmitJobAsync(
            new JobRequest { Model = model, Input = new JobInput { Records = ["one two", "three"] }, Prompt = prompt, Parameters = parameters }, null, Ct);
        Assert.All(await _client.LinesAsync(await _client.CompletedAsync(job.Id, Ct), Ct), l => Assert.Null(l.Error));
    }

    private async Task<BatchInferApiException> RefusedAsync(PromptSpec prompt, string model = "translator", JsonObject? parameters = null, JsonArray? records = null)
    {
        var request = new JobRequest { Model = model, Input = new JobInput { Records = records ?? ["one two", "three"] }, Prompt = prompt, Parameters = parameters };
        var refused = await Assert.ThrowsAsync<BatchInferApiException>(() => _client.SubmitJobAsync(request, null, Ct));
        Assert.Equal(HttpStatusCode.BadRequest, refused.Status);
        return refused;
    }

    private void WriteChatModel(string name, string template)
    {
        TinyTranslator.Write(_folder[$"models/{name}"]);
        _folder.File($"models/{name}/chat_template.jinja", template);
    }
}
