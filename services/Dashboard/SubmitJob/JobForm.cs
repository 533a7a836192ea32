using System.Text.Json;
using System.Text.Json.Nodes;
using BatchInfer.Contracts;

namespace BatchInfer.Dashboard.SubmitJob;

/// <summary>What stands in the form.</summary>
internal sealed class JobForm
{
    /// <summary>What one looks like.</summary>
    public const string OneExample = """{"input": "How many legs has a spider?", "output": "Eight."}""";

    public string? Model { get; set; }

    public string Task { get; set; } = "";

    public string FileId { get; set; } = "";

    public string Lines { get; set; } = "";

    public string Address { get; set; } = "";

    public CorpusSource Source { get; set; }

    public string TextField { get; set; } = "text";

    public string IdField { get; set; } = "";

    public string PairField { get; set; } = "";

    public string Labels { get; set; } = "";

    public string System { get; set; } = "";

    public string Template { get; set; } = "";

    public string Examples { get; set; } = "";

    public bool Chat { get; set; }

    public string Parameters { get; set; } = "";

    public int Priority { get; set; } = 10;

    /// <summary>Whether it says which texts.</summary>
    public bool HasTexts => Source switch
    {
        CorpusSource.Pasted => Lines.Length > 0,
        CorpusSource.Address => Address.Length > 0,
        _ => FileId.Length > 0,
    };

    private bool Pasted => Source == CorpusSource.Pasted;

    public static bool TakesLabels(string? task) => task is TaskNames.ZeroShotClassification;

    public static bool TakesPair(string? task) => task is TaskNames.TextRanking or TaskNames.SentenceSimilarity or TaskNames.QuestionAnswering or TaskNames.TextClassification;

    /// <summary>The request.</summary>
    /// <exception cref="FormatException">A field holds what cannot be sent; the message is a sentence.</exception>
    public JobRequest Request(string? task) => new()
    {
        Model = Model,
        Task = NullIfEmpty(Task),
        Input = Input(),
        TextField = NullIfEmpty(TextField),
        IdField = Pasted ? null : NullIfEmpty(IdField),
        TextPairField = TakesPair(task) && !Pasted ? NullIfEmpty(PairField) : null,
        Parameters = AllParameters(task),
        Prompt = TaskCatalog.TakesPrompt(task) ? Prompt() : null,
        Priority = Priority,
    };

    private PromptSpec? Prompt()
    {
        var examples = ParseExamples(Examples);
        return System.Length > 0 || Template.Length > 0 || examples is { Count: > 0 } || Chat
            ? new PromptSpec { System = NullIfEmpty(System), Template = NullIfEmpty(Template), Examples = examples, Chat = Chat }
            : null;
    }

    private JobInput Input()
    {
        if (Source == CorpusSource.Address) return new JobInput { Url = Address.Trim() };
        if (Source == CorpusSource.File) return FileId.Length > 0 ? new JobInput { FileId = FileId } : throw new FormatException("Choose a file, or paste texts.");
        string[] lines = Lines.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        if (lines.Length == 0) throw new FormatException("Paste at least one text.");
        return new JobInput { Records = [.. lines.Select(l => (JsonNode)l)] };
    }

    private JsonObject? AllParameters(string? task)
    {
        var parameters = Parse(Parameters);
        if (TakesLabels(task) && Labels.Length > 0)
        {
            parameters ??= [];
            parameters["candidate_labels"] = new JsonArray([.. Labels.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Select(l => (JsonNode)l)]);
        }

        return parameters;
    }

    private static JsonObject? Parse(string json)
    {
        if (string.IsNullOrWhiteSpace(json)) return null;
        try
        {
            return JsonNode.Parse(json) as JsonObject ?? throw new FormatException("Parameters are a JSON object, e.g. {\"top_k\": 2}.");
        }
        catch (JsonException e)
        {
            throw new FormatException("Parameters are not valid JSON: " + e.Message, e);
        }
    }

    private static IReadOnlyList<PromptExample>? ParseExamples(string text)
    {
        if (string.IsNullOrWhiteSpace(text)) return null;
        try
        {
            return PromptExamples.Parse(text);
        }
        catch (FormatException e)
        {
            throw new FormatException($"Examples: {e.Message}", e);
        }
    }

    private static string? NullIfEmpty(string text) => text.Length == 0 ? null : text;
}
