using System.CommandLine;
using System.IO.Compression;
using BatchInfer.Cli.Embedded;
using BatchInfer.Cli.Options;
using BatchInfer.Cli.Rendering;
using BatchInfer.Contracts;
using BatchInfer.Corpus;
using BatchInfer.Inference;

namespace BatchInfer.Cli.Commands;

/// <summary>`batchinfer prompt preview`.</summary>
internal static class PromptCommand
{
    private const int MostPreviewed = 1000, MaxBytes = 32 << 20;

    public static Command Create(CliEnvironment env)
    {
        var model = new Option<string>("--model") { Description = "Folder of a model, or its name in the models folder", Required = true, HelpName = "folder-or-name" };
        var input = new Option<string>("--input") { Description = "Corpus (JSONL, CSV or text; .gz too)", Required = true, HelpName = "file" };
        var limit = new Option<int>("--limit") { Description = "Records to show", HelpName = "n", DefaultValueFactory = _ => 3 };
        var textField = new Option<string>("--text-field") { Description = "Field or column of the text", HelpName = "field", DefaultValueFactory = _ => "text" };
        var format = new Option<string?>("--format") { Description = "jsonl, csv or text [by the file's name]", HelpName = "format" };
        var (prompt, models, json) = (new PromptOptions(), Folders.CreateModels(), CommonOptions.Json());
        var preview = new Command("preview", "Shows the prompts of the first records as the model would see them, with their tokens") { model, input, limit, textField, format };
        prompt.AddTo(preview);
        preview.Add(models);
        preview.Add(json);
        preview.SetAction(async (parsed, ct) =>
        {
            string path = parsed.GetRequiredValue(input);
            InputFile.Check(path);
            int count = parsed.GetValue(limit);
            if (count is < 1 or > MostPreviewed) throw CliException.BadInput($"--limit must be from 1 to {MostPreviewed}.");
            var package = Package(ModelArgument.Resolve(parsed.GetRequiredValue(model), Folders.Models(env, parsed.GetValue(models))));
            var prompts = await RenderAsync(package, prompt.Read(parsed) ?? new PromptSpec(), path, InputFormat.Resolve(parsed.GetValue(format), path), parsed.GetValue(textField)!, count, ct);
            Show(env, prompts, package.Descriptor.ContextLength, parsed.GetValue(json));
            return prompts.Any(p => p.Error is not null || p.Tokens > package.Descriptor.ContextLength) ? ExitCodes.ErrorRows : ExitCodes.Done;
        });
        return new Command("prompt", "Looks at prompts before a job runs") { preview };
    }

    private static async Task<List<Preview>> RenderAsync(
        ModelPackage package, PromptSpec spec, string path, RecordFormat format, string textField, int count, CancellationToken ct)
    {
        try
        {
            var renderer = new PromptRenderer(spec, textField);
            var chat = spec.Chat ? ChatTemplate.Read(package) : null;
            using var counter = new TokenCounter(package);
            await using var file = File.OpenRead(path);
            await using Stream corpus = path.EndsWith(".gz", StringComparison.OrdinalIgnoreCase) ? new GZipStream(file, CompressionMode.Decompress) : file;
            using var beginning = await BeginningAsync(corpus, ct);
            var start = await RecordScanner.ReadStartAsync(beginning, format, ct);
            beginning.Position = start.Data.Offset;
            var previews = new List<Preview>();
            var schema = new RecordSchema(format, textField, null, null, start.CsvHeader, spec.Template is not null);
            await foreach (var record in CorpusReader.ReadAsync(beginning, schema, 0, start.Data.Line, ct))
            {
                previews.Add(One(record, renderer, chat, counter));
                if (previews.Count == count) break;
            }

            return previews;
        }
        catch (Exception e) when (e is PromptFormatException or ModelFormatException or CorpusFormatException)
        {
            throw CliException.BadInput(e.Message);
        }
    }

    // More than the records asked for have as a rule; a corpus may have terabytes.
    private static async Task<MemoryStream> BeginningAsync(Stream corpus, CancellationToken ct)
    {
        var beginning = new MemoryStream();
        byte[] buffer = new byte[1 << 16];
        for (int read; beginning.Length < MaxBytes && (read = await corpus.ReadAsync(buffer, ct)) > 0;) beginning.Write(buffer, 0, read);
        beginning.Position = 0;
        return beginning;
    }

    private static Preview One(in CorpusRecord record, PromptRenderer renderer, ChatTemplate? chat, TokenCounter counter)
    {
        if (record.Error is { } broken) return new Preview(record.Line, null, 0, $"{broken.Code}: {broken.Message}");
        var prompt = renderer.Render(record);
        if (prompt.Error is { } error) return new Preview(record.Line, null, 0, $"{error.Code}: {error.Message}");
        try
        {
            string text = chat?.Render(prompt.Messages) ?? prompt.Text!;
            return new Preview(record.Line, text, counter.Count(text, addSpecialTokens: chat is null), null);
        }
        catch (ChatTemplateException e)
        {
            return new Preview(record.Line, null, 0, $"{ErrorCodes.InvalidPrompt}: {e.Message}");
        }
    }

    private static void Show(CliEnvironment env, List<Preview> prompts, int contextLength, bool json)
    {
        if (json)
        {
            env.WriteJson(new { contextLength, prompts });
            return;
        }

        foreach (var prompt in prompts)
        {
            string size = prompt.Error is not null ? "no prompt"
                : prompt.Tokens > contextLength ? $"{prompt.Tokens} tokens: TOO LONG, the model takes {contextLength}"
                : $"{prompt.Tokens} of {contextLength} tokens";
            env.Out.WriteLine($"--- line {prompt.Line}, {size}");
            // Line by line: an end of line is the prompt's own, any other control character is not for a terminal.
            foreach (string line in (prompt.Text ?? prompt.Error!).Split('\n')) env.Out.WriteLine(SafeText.Clean(line));
        }
    }

    private static ModelPackage Package(ModelArgument model)
    {
        try
        {
            var packages = ModelPackage.Read(model.FolderName, model.Folder);
            return packages.FirstOrDefault(p => p.Descriptor.Name == model.Name)
                ?? throw CliException.BadInput($"--model: there is no variant '{model.Name}'. The folder has: {string.Join(", ", packages.Select(p => p.Descriptor.Name))}.");
        }
        catch (ModelFormatException e)
        {
            throw CliException.BadInput(e.Message);
        }
    }

    private sealed record Preview(long Line, string? Text, int Tokens, string? Error);
}
