using System.Text.Json;
using System.Text.Json.Nodes;
using BatchInfer.Cli.Embedded;
using BatchInfer.Cli.Following;
using BatchInfer.Cli.Rendering;
using BatchInfer.Contracts;
using BatchInfer.UnitTests.Client;

namespace BatchInfer.UnitTests.Cli;

public sealed class RenderingTests
{
    [Theory]
    [InlineData("plain", "plain")]
    [InlineData("a\u001b[31mb\u0000\u007f\u0085c", "a[31mbc")]
    [InlineData("two\r\nlines\tand\u2028more", "two  lines and more")]
    [InlineData("\u202Egnp.\u2066exe", "gnp.exe")]
    [InlineData("žluťoučký 日本 👩", "žluťoučký 日本 👩")]
    public void Text_of_strangers_is_made_one_harmless_line(string text, string expected) => Assert.Equal(expected, SafeText.Clean(text));

    [Fact]
    public void Half_a_character_is_replaced() => Assert.Equal("lone \ufffd half", SafeText.Clean("lone " + '\ud800' + " half"));

    [Fact]
    public void A_cut_never_splits_a_character()
    {
        Assert.Equal("abc", SafeText.Clean("abc", 3));
        Assert.Equal("ab…", SafeText.Clean("abcd", 3));
        for (int length = 1; length < 6; length++)
            Assert.DoesNotContain('\ufffd', string.Concat(SafeText.Clean("👩👩👩👩", length).EnumerateRunes().Select(r => r.ToString())));
    }

    [Theory]
    [InlineData("""[{"label":"a","score":0.2},{"label":"b","score":0.8}]""", "b 0.800")]
    [InlineData("[0.5,-0.25]", "[0.5000, -0.2500]")]
    [InlineData("[1,2,3,4,5,6]", "[1.0000, 2.0000, 3.0000, 4.0000, … 2 more]")]
    [InlineData("\"text\"", "\"text\"")]
    [InlineData("[]", "none")]
    [InlineData("""[{"entity_group":"PER","score":0.97,"word":"Ada","start":0,"end":3},{"entity_group":"LOC","score":0.5,"word":"Rome","start":9,"end":13}]""", "Ada PER 0.970, Rome LOC 0.500")]
    [InlineData("""[{"entity":"B-PER","score":0.97,"index":1,"word":"Ada","start":0,"end":3}]""", "Ada B-PER 0.970")]
    [InlineData("""[{"score":0.9,"token":5,"token_str":" film","sequence":"a film"},{"score":0.1,"token":6,"token_str":"bad","sequence":"a bad"}]""", "film 0.900")]
    [InlineData("""[[{"score":0.9,"token":5,"token_str":"a","sequence":"a [MASK]"}],[{"score":0.8,"token":6,"token_str":"b","sequence":"[MASK] b"}]]""", "a 0.900 | b 0.800")]
    [InlineData("""{"labels":["sport","politics"],"scores":[0.75,0.25]}""", "sport 0.750")]
    [InlineData("""{"score":0.5,"start":4,"end":9,"answer":"a film"}""", "a film 0.500")]
    [InlineData("""[{"score":0.5,"start":0,"end":0,"answer":""},{"score":0.2,"start":4,"end":9,"answer":"a film"}]""", "no answer 0.500")]
    [InlineData("""{"score":0.25}""", "0.250")]
    [InlineData("""{"other":1}""", """{"other":1}""")]
    public void An_output_is_shown_in_one_cell(string json, string expected)
    {
        using var output = JsonDocument.Parse(json);
        Assert.Equal(expected, OutputText.Of(output.RootElement));
    }

    [Theory]
    [InlineData(0, "0.0")]
    [InlineData(0.0004, "0.0")]
    [InlineData(0.04, "0.04")]
    [InlineData(0.62, "0.6")]
    [InlineData(12.6, "13")]
    public void A_slow_rate_is_not_shown_as_none(double rate, string expected) => Assert.Equal(expected, Numbers.Rate(rate));

    [Fact]
    public void What_a_job_waits_for_stands_below_its_figures()
    {
        var going = Sample.Job(JobStatus.Running, Sample.Counts());
        var pace = new JobPace(going, new InstantTime());
        string figures = JobProgress.Describe(going, pace);
        Assert.Equal(figures, JobProgress.Below(going, pace, null));
        Assert.Equal(figures + "\nWaiting for[2J the other revision.", JobProgress.Below(going, pace, "Waiting for\u001b[2J the other revision."));
    }

    [Fact]
    public void The_pace_counts_what_happened_since_this_process_looked_on()
    {
        var time = new InstantTime();
        var pace = new JobPace(Sample.Job(JobStatus.Running, Sample.Counts(1000, 300, 100)), time);
        time.CreateTimer(_ => { }, null, TimeSpan.FromSeconds(10), Timeout.InfiniteTimeSpan).Dispose();
        var now = Sample.Job(JobStatus.Running, Sample.Counts(1000, 400, 100));

        Assert.Equal(10, pace.RecordsPerSecond(now.Counts));
        Assert.Equal(50, pace.Eta(now));
        Assert.Null(pace.Eta(now with { Status = JobStatus.Planning }));
        Assert.Equal("500/1,000 records, 10 records/s, 0.0 tokens/s, 100 cached, 0 failed, ETA 0:50", JobProgress.Describe(now, pace));
    }

    [Fact]
    public void The_pace_counts_what_is_predicted_and_waits_for_a_heartbeat_before_it_falls()
    {
        var time = new InstantTime();
        var pace = new JobPace(Sample.Job(JobStatus.Running, Sample.Counts(100, 0, 0) with { Tokens = 0 }), time);
        var now = Sample.Job(JobStatus.Running, Sample.Counts(100, 0, 0) with { Tokens = 0, Predicted = 20, PredictedTokens = 300 });
        Pass(10);
        Assert.Equal("20/100 records, 2.0 records/s, 30 tokens/s, 0 cached, 0 failed, ETA 0:40", JobProgress.Describe(now, pace));
        Pass(4);
        Assert.Equal("20/100 records, 2.0 records/s, 30 tokens/s, 0 cached, 0 failed, ETA 0:36", JobProgress.Describe(now, pace));
        Pass(16);
        Assert.Equal(1, pace.RecordsPerSecond(now.Counts));

        // All is stored at the end, and then the whole time counts; where a worker died nothing runs backwards.
        Assert.Equal(100 / 30d, pace.RecordsPerSecond(Sample.Counts(100, 100, 0)));
        Assert.Equal(0, new JobPace(now, time).RecordsPerSecond(Sample.Counts(100, 0, 0)));

        void Pass(int seconds) => time.CreateTimer(_ => { }, null, TimeSpan.FromSeconds(seconds), Timeout.InfiniteTimeSpan).Dispose();
    }

    [Fact]
    public void What_workers_held_before_this_process_looked_on_does_not_count_as_its_pace()
    {
        var time = new InstantTime();
        var pace = new JobPace(Sample.Job(JobStatus.Running, Sample.Counts(1000, 0, 0) with { Tokens = 0, Predicted = 100 }), time);
        Assert.Equal(0, After(0, predicted: 100));
        // A heartbeat half a second later tells of five seconds' work.
        Assert.Equal(0, After(500, predicted: 600));
        Assert.Equal(100, After(2000, predicted: 800));

        double After(int milliseconds, int predicted)
        {
            time.CreateTimer(_ => { }, null, TimeSpan.FromMilliseconds(milliseconds), Timeout.InfiniteTimeSpan).Dispose();
            return pace.RecordsPerSecond(Sample.Counts(1000, 0, 0) with { Tokens = 0, Predicted = predicted });
        }
    }

    [Fact]
    public void Only_the_very_same_work_is_continued()
    {
        var model = Sample.Model();
        var job = Sample.Job(JobStatus.Running);
        var request = new JobRequest
        {
            Model = "sentiment", Input = new JobInput { FileId = "file-1" },
            Metadata = new Dictionary<string, string> { [JobAttachment.FormatKey] = "text" },
        };

        Assert.True(JobAttachment.Continues(job, request, model));
        Assert.True(JobAttachment.Continues(job, request with { Parameters = new JsonObject { ["max_length"] = 128 } }, model));
        Assert.True(JobAttachment.Continues(job with { Parameters = new JsonObject { ["max_length"] = 128, ["function"] = "softmax" } }, request, model));
        Assert.True(JobAttachment.Continues(job, request with { Task = TaskNames.TextClassification, TextField = "text" }, model));

        Assert.False(JobAttachment.Continues(job, request with { Parameters = new JsonObject { ["max_length"] = 64 } }, model));
        Assert.False(JobAttachment.Continues(job, request with { Task = TaskNames.FeatureExtraction }, model));
        Assert.False(JobAttachment.Continues(job, request with { IdField = "id" }, model));
        Assert.False(JobAttachment.Continues(job, request with { TextPairField = "b" }, model));
        Assert.False(JobAttachment.Continues(job, request with { Input = new JobInput { FileId = "file-2" } }, model));
        Assert.False(JobAttachment.Continues(job, request with { Metadata = null }, model));
        Assert.False(JobAttachment.Continues(job, request, model with { Revision = "other" }));
        Assert.False(JobAttachment.Continues(job with { RetryOf = Guid.NewGuid() }, request, model));
        Assert.False(JobAttachment.Continues(job, request with { ErrorThreshold = 0.1 }, model));
        Assert.False(JobAttachment.Continues(job with { ErrorThreshold = 3 }, request, model));
        Assert.False(JobAttachment.Continues(job with { ExpiresAt = DateTimeOffset.UnixEpoch }, request, model));
        Assert.False(JobAttachment.Continues(job, request with { DeadlineSeconds = 60 }, model));
        foreach (var status in Enum.GetValues<JobStatus>().Where(s => s.IsFinal() || s is JobStatus.Paused or JobStatus.Cancelling))
            Assert.False(JobAttachment.Continues(job with { Status = status }, request, model));
    }

    [Fact]
    public void Only_a_job_with_the_very_same_prompts_is_continued()
    {
        var model = Sample.Model() with { DefaultTask = TaskNames.TextGeneration, Tasks = new Dictionary<string, JsonObject> { [TaskNames.TextGeneration] = [] } };
        var request = new JobRequest { Model = "sentiment", Input = new JobInput { FileId = "file-1" }, Prompt = Prompt("Summarise: {{ text }}", "yes") };
        var job = Sample.Job(JobStatus.Running) with { Task = TaskNames.TextGeneration, Metadata = new Dictionary<string, string>(), Prompt = Prompt("Summarise: {{ text }}", "yes") };

        Assert.True(JobAttachment.Continues(job, request, model));
        Assert.False(JobAttachment.Continues(job, request with { Prompt = Prompt("Translate: {{ text }}", "yes") }, model));
        Assert.False(JobAttachment.Continues(job, request with { Prompt = Prompt("Summarise: {{ text }}", "no") }, model));
        Assert.False(JobAttachment.Continues(job, request with { Prompt = null }, model));
        Assert.False(JobAttachment.Continues(job with { Prompt = null }, request, model));

        // The server writes into a chat's job what a chat implies.
        var chat = new PromptSpec { Chat = true };
        var chatting = job with { Prompt = chat, Parameters = new JsonObject { ["add_special_tokens"] = false } };
        Assert.True(JobAttachment.Continues(chatting, request with { Prompt = chat }, model));
        Assert.False(JobAttachment.Continues(chatting, request with { Prompt = chat, Parameters = new JsonObject { ["add_special_tokens"] = true } }, model));

        static PromptSpec Prompt(string template, string answer) => new() { Template = template, Examples = [new PromptExample("a", answer)] };
    }

    [Theory]
    [InlineData("sentiment", "sentiment")]
    [InlineData("sentiment:quantized", "sentiment:quantized")]
    public void A_models_name_is_its_folders_with_the_variant_asked_for(string argument, string name)
    {
        using var folder = new TemporaryFolder();
        string expected = Path.GetDirectoryName(folder.File("sentiment/config.json", "{}"))!;
        foreach (string typed in (string[])[argument, Path.Combine(folder.Path, argument), Path.Combine(folder.Path, "sentiment/") + argument["sentiment".Length..]])
        {
            if (typed.Contains("/:", StringComparison.Ordinal)) continue;
            var model = ModelArgument.Resolve(typed, folder.Path);
            Assert.Equal(expected, model.Folder);
            Assert.Equal("sentiment", model.FolderName);
        }

        Assert.Equal(name, ModelArgument.Resolve(argument, folder.Path).Name);
    }
}
