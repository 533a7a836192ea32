using System.Text.Json;
using BatchInfer.Contracts;

namespace BatchInfer.Inference;

/// <summary>A model's chat template: how it was taught to tell the turns of a chat apart. Shared by all threads.</summary>
public sealed class ChatTemplate
{
    private static readonly string[] SpecialTokens = ["bos_token", "eos_token", "unk_token", "sep_token", "pad_token", "cls_token", "mask_token"];

    private readonly JinjaTemplate _template;
    private readonly Dictionary<string, object?> _globals;

    private ChatTemplate(JinjaTemplate template, Dictionary<string, object?> globals) => (_template, _globals) = (template, globals);

    /// <summary>Reads the template of a model: <c>chat_template.jinja</c>, else <c>chat_template</c> of <c>tokenizer_config.json</c>.</summary>
    /// <exception cref="ModelFormatException">The model has none, or it uses what is not supported; the message names it.</exception>
    public static ChatTemplate Read(ModelPackage package)
    {
        ArgumentNullException.ThrowIfNull(package);
        using var config = JsonFile.TryOpen(Path.Combine(package.Directory, "tokenizer_config.json"));
        string? source = Source(package.Directory, config)
            ?? throw new ModelFormatException($"The model '{package.Descriptor.Name}' has no chat template: neither chat_template.jinja nor \"chat_template\" in tokenizer_config.json. Leave chat out, and say in the template what the turns look like.");
        var globals = new Dictionary<string, object?>(StringComparer.Ordinal);
        foreach (string token in SpecialTokens)
            if (config?.Component.Member(token) is { } member)
                globals[token] = member.Element.ValueKind == JsonValueKind.Object ? member.RequiredText("content") : member.AsText();
        try
        {
            return new ChatTemplate(JinjaTemplate.Parse(source), globals);
        }
        catch (ChatTemplateException e)
        {
            throw new ModelFormatException($"The chat template of '{package.Descriptor.Name}' cannot be used: {e.Message}", e);
        }
    }

    /// <summary>The text of some turns, with the beginning of the model's own turn.</summary>
    /// <exception cref="ChatTemplateException">The template refuses them.</exception>
    public string Render(IReadOnlyList<ChatMessage> messages)
    {
        ArgumentNullException.ThrowIfNull(messages);
        var variables = new Dictionary<string, object?>(_globals, StringComparer.Ordinal)
        {
            ["messages"] = messages.Select(m => (object?)new Dictionary<string, object?>(StringComparer.Ordinal) { ["role"] = m.Role, ["content"] = m.Content }).ToList(),
            ["add_generation_prompt"] = true,
            // As the reference library gives them: they are there, and there are none. Templates ask for either.
            ["tools"] = null,
            ["documents"] = null,
        };
        return _template.Render(variables);
    }

    private static string? Source(string directory, JsonFile? config)
    {
        string path = Path.Combine(directory, "chat_template.jinja");
        if (File.Exists(path)) return File.ReadAllText(path);
        if (config?.Component.Member("chat_template") is not { } template) return null;
        if (template.Element.ValueKind != JsonValueKind.Array) return template.AsText();
        // Several by name: the one that is meant where none is named.
        foreach (var named in template.Items())
            if (named.Text("name") == "default") return named.RequiredText("template");
        return null;
    }
}
