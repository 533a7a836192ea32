using System.Text.Json;
using BatchInfer.Contracts;
using BatchInfer.Coordinator.Data;
using BatchInfer.Coordinator.Files;
using BatchInfer.Coordinator.Models;
using BatchInfer.Coordinator.TrackProgress;
using BatchInfer.Corpus;
using BatchInfer.ServiceDefaults;
using Microsoft.AspNetCore.Http.HttpResults;

namespace BatchInfer.Coordinator.SubmitJob;

/// <summary>Checks a job's request against the model and the corpus, so that what can be known wrong is said at once.</summary>
internal sealed class JobRequestCheck(
    ModelCatalog catalog, FileStore files, Corpora corpora, AddressReader addresses, FirstPrompts firstPrompts, FirstTargets firstTargets, TimeProvider time)
{
    private const int MaxMetadata = 16, MaxMetadataKey = 64, MaxMetadataValue = 512, MaxField = 256;

    public async Task<CheckedJob> CheckAsync(JobRequest request, CancellationToken ct)
    {
        if (CheckShape(request) is { } wrong) return wrong;
        var (model, problem) = await FindModelAsync(request.Model!, ct);
        if (model is null) return problem!;
        string task = request.Task ?? model.DefaultTask;
        if (!model.Tasks.ContainsKey(task) || !TaskCatalog.Tasks.TryGetValue(task, out var spec))
            return Problems.Invalid("task", $"Model '{model.Name}' does not do '{task}'. It does: {string.Join(", ", model.Tasks.Keys)}.");
        if (request.Prompt is { } prompt && PromptCheck.Shape(prompt, task, request.TextPairField is not null) is { } badPrompt) return badPrompt;
        var effective = EffectiveParameters.Of(model, task, PromptSpec.Complete(request.Prompt, InferenceParameters.From(request.Parameters)));
        if (effective.Parameters is not { } parameters) return Problems.Invalid($"parameters.{effective.Name}", $"{effective.Name} {effective.Problem}.");
        if (spec.Pair == PairUse.None && request.TextPairField is not null)
            return Problems.Invalid("text_pair_field", $"{task} takes one text, not pairs. Leave text_pair_field out.");
        request = request with { TextField = request.TextField ?? spec.TextField, TextPairField = request.TextPairField ?? spec.TextPairField };

        var (file, fileProblem) = await FindFileAsync(request, ct);
        if (file is null) return fileProblem!;
        var format = request.Input!.Format ?? file.Format;
        if (format == RecordFormat.Text && request.TextPairField is not null)
            return Problems.Invalid("text_pair_field", "A plain text corpus has one text a line, no pairs. Use JSONL or CSV.");
        CorpusStart start;
        try
        {
            await using var corpus = await corpora.OpenReadAsync(file.Id, ct);
            start = await RecordScanner.ReadStartAsync(corpus, format, ct);
            var schema = new RecordSchema(format, request.TextField!, request.TextPairField, request.IdField, start.CsvHeader, request.Prompt?.Template is not null);
            if (await FieldCheck.AgainstAsync(schema, start, corpus, ct) is { } field) return field;
            if (request.Prompt is not null && await CheckPromptAsync(model, request.Prompt, schema, start, corpus) is { } unfit) return unfit;
        }
        catch (CorpusFormatException e)
        {
            return Problems.Create(StatusCodes.Status400BadRequest, e.Code, e.Message, FieldOf(request.Input));
        }
        catch (ObjectStorageException e)
        {
            return e.ToProblem(FieldOf(request.Input));
        }

        if (await firstTargets.CheckAsync(model, task, parameters, ct) is { } target) return target;
        return new CheckedJob(new Job
        {
            Id = Guid.CreateVersion7(time.GetUtcNow()), Status = JobStatus.Planning, Model = model.Name, Revision = model.Revision, Task = task,
            Parameters = parameters.CanonicalJson, FileId = file.Id, Format = format,
            TextField = request.TextField!, TextPairField = request.TextPairField, IdField = request.IdField,
            Prompt = request.Prompt is null ? null : JsonSerializer.Serialize(request.Prompt, ApiJson.Options), CsvHeader = start.CsvHeader, DataOffset = start.Data.Offset, DataLine = start.Data.Line,
            Priority = request.Priority ?? JobLimits.DefaultPriority, Metadata = JsonSerializer.Serialize(request.Metadata ?? new Dictionary<string, string>(), ApiJson.Options),
            CreatedAt = time.GetDatabaseNow(), ErrorThreshold = request.ErrorThreshold, ExpiresAt = JobLimits.ExpiresAt(request.DeadlineSeconds, time),
        }, null);

        async Task<ProblemHttpResult?> CheckPromptAsync(ModelDescriptor served, PromptSpec prompt, RecordSchema schema, CorpusStart start, Stream corpus)
        {
            var (unfit, prompts) = await PromptCheck.AgainstAsync(prompt, schema, start, corpus, ct);
            return unfit ?? await firstPrompts.CheckAsync(served, task, parameters, prompts, prompt.Chat, ct);
        }
    }

    private static ProblemHttpResult? CheckShape(JobRequest request)
    {
        if (string.IsNullOrEmpty(request.Model)) return Problems.Invalid("model", "Name the model: GET /v1/models or 'batchinfer models' lists them.");
        if (request.Input is not { } input) return Problems.Invalid("input", "Give the corpus: {\"file_id\": …}, {\"url\": …} or {\"records\": […]}.");
        if (new object?[] { input.FileId, input.Url, input.Records }.Count(i => i is not null) != 1) return Problems.Invalid("input", "Give one of file_id, url and records.");
        if (JobLimits.Problem(request.Priority, request.DeadlineSeconds) is { } limit) return limit;
        if (request.ErrorThreshold is { } threshold && ErrorThresholds.Problem(threshold) is { } wrong) return Problems.Invalid("error_threshold", wrong);
        if (FieldProblem("text_field", request.TextField) is { } text) return text;
        if (FieldProblem("text_pair_field", request.TextPairField) is { } pair) return pair;
        if (FieldProblem("id_field", request.IdField) is { } id) return id;
        if (request.Metadata is not { } metadata) return null;
        if (metadata.Count > MaxMetadata) return Problems.Invalid("metadata", $"At most {MaxMetadata} entries.");
        foreach (var (key, value) in metadata)
            if (key.Length is 0 or > MaxMetadataKey || value is null || value.Length > MaxMetadataValue)
                return Problems.Invalid($"metadata.{key}", $"Keys have 1 to {MaxMetadataKey} characters, values at most {MaxMetadataValue}.");
        return null;
    }

    private static ProblemHttpResult? FieldProblem(string name, string? value) => value switch
    {
        { Length: 0 or > MaxField } => Problems.Invalid(name, $"Must have 1 to {MaxField} characters."),
        not null when value.Contains('\0', StringComparison.Ordinal) => Problems.Invalid(name, "The character U+0000 is in no field's name."),
        _ => null,
    };

    private static string FieldOf(JobInput input) => input.Url is null ? "input.file_id" : "input.url";

    private async Task<(ModelDescriptor?, ProblemHttpResult?)> FindModelAsync(string name, CancellationToken ct)
    {
        var (revision, problem) = await catalog.FindAsync(name, ct);
        return revision is null ? (null, Problems.Invalid("model", problem!)) : (revision.ToDescriptor(), null);
    }

    private async Task<(CorpusFile?, ProblemHttpResult?)> FindFileAsync(JobRequest request, CancellationToken ct)
    {
        var input = request.Input!;
        if (input.FileId is { } id)
            return await files.FindAsync(id, ct) is { } file ? (file, null) : (null, Problems.Invalid("input.file_id", $"There is no file '{id}'. Upload the corpus first."));
        if (input.Url is { } url)
        {
            var (named, unnamed) = await addresses.AddAsync(new FileAddress(url, input.Format), "input.", ct);
            return named is null ? (null, unnamed) : (await files.FindAsync(named.Id, ct), null);
        }

        if (input.Format is not null) return (null, Problems.Invalid("input.format", "Inline records take no format."));
        var (jsonl, problem) = InlineRecords.Write(input.Records!, request.TextField!);
        if (jsonl is null) return (null, problem);
        using var content = new MemoryStream(jsonl, writable: false);
        var stored = await files.AddAsync(content, "inline.jsonl", RecordFormat.Jsonl, ct);
        return (await files.FindAsync(stored.Id, ct), null);
    }
}
