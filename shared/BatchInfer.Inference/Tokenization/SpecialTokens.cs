using System.Text.Json;

namespace BatchInfer.Inference;

/// <summary>
/// Ids of the tokens that have a part in the model's life, as <c>tokenizer_config.json</c> and <c>special_tokens_map.json</c>
/// name them; null for each that the model has not.
/// </summary>
/// <param name="Bos">Begins a text.</param>
/// <param name="Eos">Ends a text; a generating model stops at it unless its generation config says otherwise.</param>
/// <param name="Unknown">Stands for what the vocabulary lacks.</param>
/// <param name="Separator">Stands between texts.</param>
/// <param name="Padding">Fills rows.</param>
/// <param name="Classifier">Begins a text of an encoder.</param>
/// <param name="Mask">Hides a token that the model shall guess.</param>
internal sealed record SpecialTokens(int? Bos, int? Eos, int? Unknown, int? Separator, int? Padding, int? Classifier, int? Mask)
{
    /// <summary>Reads them from the two files, where they are there.</summary>
    /// <param name="directory">Folder of the model.</param>
    /// <param name="tokenId">Id of a token, or null.</param>
    public static SpecialTokens Read(string directory, Func<string, int?> tokenId)
    {
        using var config = JsonFile.TryOpen(Path.Combine(directory, "tokenizer_config.json"));
        using var map = JsonFile.TryOpen(Path.Combine(directory, "special_tokens_map.json"));
        return new SpecialTokens(Find("bos_token"), Find("eos_token"), Find("unk_token"), Find("sep_token"), Find("pad_token"), Find("cls_token"), Find("mask_token"));

        int? Find(string name) => Content(config, name) is { } content || (content = Content(map, name)) is not null ? tokenId(content) : null;

        // Either the token, or an object that describes it.
        static string? Content(JsonFile? file, string name) => file is null || new JsonComponent(file, "", file.Root).Member(name) is not { } member ? null
            : member.Element.ValueKind == JsonValueKind.Object ? member.Text("content") : member.AsText();
    }
}
