using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using BatchInfer.Contracts;
using BatchInfer.IntegrationTests.Hosting;
using BatchInfer.Standalone;

namespace BatchInfer.IntegrationTests.Api;

/// <summary>Jobs of tasks other than the sample model's, on models of a few numbers that this test writes.</summary>
public sealed class TaskJobTests : IAsyncLifetime
{
    private const string Tagger = "tagger", Entailer = "nli", Reader = "reader", Guesser = "guesser";
    private readonly TemporaryFolder _folder = new();
    private StandaloneHost? _host;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private BatchInferClient Client { get; set; } = null!;

    public async ValueTask InitializeAsync()
    {
        Write(Tagger, "BertForTokenClassification", ["O", "B-PER", "I-PER", "B-LOC"],
            TestGraph.Embedder(Table(4, ("good", 1, 6), ("bad", 2, 5), ("film", 3, 4), ("a", 0, 6), ("!", 0, 6)), "logits"));
        Write(Entailer, "BertForSequenceClassification", ["contradiction", "neutral", "entailment"], new TestGraph()
            .Node("Gather", ["table", "input_ids"], "rows").Node("ReduceSum", ["rows", "sequence"], "logits", ("keepdims", [0]))
            .Initializer("table", Table(3, ("good", 2, 2), ("bad", 2, 1), ("film", 0, 1))).ListInitializer("sequence", 1)
            .Input("input_ids").Input("attention_mask").Output("logits", -1, 3).ToModel());
        Write(Reader, "BertForQuestionAnswering", [], new TestGraph()
            .Node("Gather", ["table", "input_ids"], "rows").Node("Gather", ["rows", "zero"], "start_logits", axis: 2).Node("Gather", ["rows", "one"], "end_logits", axis: 2)
            .Initializer("table", Table(2, ("good", 0, 5), ("film", 1, 5))).ScalarInitializer("zero", 0).ScalarInitializer("one", 1)
            .Input("input_ids").Input("attention_mask").Output("start_logits", -1, -1).Output("end_logits", -1, -1).ToModel());
        Write(Guesser, "BertForMaskedLM", [], TestGraph.Embedder(Table(TestModelFolder.Vocabulary.Length, ("[MASK]", TestModelFolder.Id("film"), 3)), "logits"));
        _host = await StandaloneHost.StartAsync(new StandaloneSettings { DataFolder = _folder["data"], ModelsFolder = _folder["models"], Quiet = true }, Ct);
        Client = new BatchInferClient(_host.BaseAddress);
        foreach (string model in (string[])[Tagger, Entailer, Reader, Guesser]) await Client.ModelAsync(model, Ct);
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        if (_host is not null) await _host.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task Entities_come_with_their_places_and_long_texts_are_read_in_windows()
    {
        string padding = string.Concat(Enumerable.Repeat("a ", 60));
        var lines = await RunAsync(new JobRequest { Model = Tagger, IdField = "id", Parameters = new JsonObject { ["aggregation_strategy"] = "simple", ["long_input"] = "window" } },
            """{"id":"short","text":"a good bad film!"}""", $$"""{"id":"long","text":"{{padding}}good bad film"}""", """{"id":"none","text":"a"}""");
        Assert.Equal(["good bad PER 2-10", "film LOC 11-15"], Entities(lines[0]));
        Assert.Equal(["good bad PER 120-128", "film LOC 129-133"], Entities(lines[1]));
        Assert.Empty(Entities(lines[2]));
    }

    [Fact]
    public async Task Labels_that_the_job_names_are_scored_and_stored_under_them()
    {
        var request = new JobRequest
        {
            Model = Entailer, Task = TaskNames.ZeroShotClassification,
            Parameters = new JsonObject { ["candidate_labels"] = new JsonArray("bad", "good"), ["hypothesis_template"] = "a {}" },
        };
        string[] records = [.. Enumerable.Range(0, 300).Select(i => $$"""{"text":"film {{string.Join(' ', Enumerable.Repeat("a", i % 9))}}"}""")];
        var lines = await RunAsync(request, records);
        Assert.All(lines, line =>
        {
            Assert.Equal(["good", "bad"], line.Output!.Value.GetProperty("labels").EnumerateArray().Select(l => l.GetString()));
            Assert.Equal(1 / (1 + Math.Exp(-1)), line.Output!.Value.GetProperty("scores")[0].GetDouble(), 1e-6);
        });

        // The same labels written as one text are the same predictions; other labels are others.
        var found = await Client.LookupAsync(new LookupRequest
        {
            Model = Entailer, Task = request.Task, Parameters = new JsonObject { ["candidate_labels"] = "bad, good", ["hypothesis_template"] = "a {}" }, Inputs = new JsonArray("film a"),
        }, Ct);
        Assert.True(found.Data[0].Found);
        found = await Client.LookupAsync(new LookupRequest
        {
            Model = Entailer, Task = request.Task, Parameters = new JsonObject { ["candidate_labels"] = "bad", ["hypothesis_template"] = "a {}" }, Inputs = new JsonArray("film a"),
        }, Ct);
        Assert.False(found.Data[0].Found);
    }

    [Fact]
    public async Task Questions_and_contexts_have_fields_of_their_own()
    {
        var lines = await RunAsync(new JobRequest { Model = Reader }, """{"question":"a?","context":"bad good film, a"}""", """{"question":"a?"}""");
        Assert.Equal("good film", lines[0].Output!.Value.GetProperty("answer").GetString());
        Assert.Equal(4, lines[0].Output!.Value.GetProperty("start").GetInt32());
        Assert.Equal(ErrorCodes.MissingField, lines[1].Error!.Code);
    }

    [Theory]
    [InlineData(Entailer, "{\"task\":\"zero-shot-classification\"", "parameters.candidate_labels")]
    [InlineData(Entailer, "{\"task\":\"token-classification\"", "task")]
    [InlineData(Tagger, "{\"parameters\":{\"aggregation_strategy\":\"best\"}", "parameters.aggregation_strategy")]
    [InlineData(Tagger, "{\"parameters\":{\"stride\":4}", "parameters.stride")]
    [InlineData(Tagger, "{\"text_pair_field\":\"b\"", "text_pair_field")]
    [InlineData(Reader, "{\"parameters\":{\"max_seq_len\":4000}", "parameters.max_length")]
    [InlineData(Tagger, "{\"parameters\":{\"ignore_labels\":\"nope\"}", "parameters.ignore_labels")]
    [InlineData(Guesser, "{\"parameters\":{\"targets\":[\" \"]}", "parameters.targets")]
    public async Task What_is_wrong_is_said_at_once(string model, string body, string field)
    {
        using var http = new HttpClient { BaseAddress = _host!.BaseAddress };
        using var content = new StringContent($"{body},\"model\":\"{model}\",\"input\":{{\"records\":[\"a\"]}}}}", System.Text.Encoding.UTF8, "application/json");
        var problem = await EmbeddedApi.ProblemAsync(await http.PostAsync(new Uri("v1/jobs", UriKind.Relative), content, Ct), HttpStatusCode.BadRequest, Ct);
        Assert.Equal(field, problem.GetProperty("field").GetString());
    }

    [Fact]
    public async Task Targets_that_the_model_has_are_scored()
    {
        var line = Assert.Single(await RunAsync(new JobRequest { Model = Guesser, Parameters = new JsonObject { ["targets"] = "bad,film" } }, """{"text":"a [MASK]"}"""));
        Assert.Equal(["film", "bad"], line.Output!.Value.EnumerateArray().Select(t => t.GetProperty("token_str").GetString()));
    }

    [Fact]
    public async Task A_model_tells_its_tasks_with_their_defaults()
    {
        using var http = new HttpClient { BaseAddress = _host!.BaseAddress };
        var model = (await http.GetFromJsonAsync<ModelResource>(new Uri($"v1/models/{Tagger}", UriKind.Relative), ApiJson.Options, Ct))!;
        Assert.Equal((TaskNames.TokenClassification, "none", "truncate"),
            (model.DefaultTask, (string?)model.Tasks[model.DefaultTask]["aggregation_strategy"], (string?)model.Tasks[model.DefaultTask]["long_input"]));
    }

    private static List<string> Entities(PredictionLine line) => [.. line.Output!.Value.EnumerateArray()
        .Select(e => $"{e.GetProperty("word")} {e.GetProperty("entity_group")} {e.GetProperty("start")}-{e.GetProperty("end")}")];

    private static float[][] Table(int width, params (string Token, int Column, float Value)[] cells)
    {
        var table = TestModelFolder.Table(width, (_, _) => 0);
        foreach (var (token, column, value) in cells) table[TestModelFolder.Id(token)][column] = value;
        return table;
    }

    private async Task<List<PredictionLine>> RunAsync(JobRequest request, params string[] records)
    {
        var job = await Client.SubmitAsync(new MemoryStream(System.Text.Encoding.UTF8.GetBytes(string.Join('\n', records))), "records.jsonl", request, Ct);
        return await Client.LinesAsync(await Client.CompletedAsync(job.Id, Ct), Ct);
    }

    private void Write(string name, string architecture, string[] labels, byte[] graph)
    {
        using var model = new TestModelFolder(architecture);
        if (labels.Length > 0)
            model.Config["id2label"] = new JsonObject(labels.Select((l, i) => KeyValuePair.Create(i.ToString(System.Globalization.CultureInfo.InvariantCulture), (JsonNode?)l)));
        model.Config["max_position_embeddings"] = 32;
        model.Write("tokenizer_config.json", """{"unk_token":"[UNK]","cls_token":"[CLS]"}""");
        model.Write("model.onnx", graph);
        string target = Path.Combine(_folder["models"], name);
        Directory.CreateDirectory(target);
        foreach (string file in Directory.EnumerateFiles(model.Save())) File.Copy(file, Path.Combine(target, Path.GetFileName(file)));
    }
}
