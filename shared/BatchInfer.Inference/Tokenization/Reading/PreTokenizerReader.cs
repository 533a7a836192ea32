using System.Text;

namespace BatchInfer.Inference;

/// <summary>Reads <c>pre_tokenizer</c>.</summary>
internal static class PreTokenizerReader
{
    private const string Known =
        "BertPreTokenizer, ByteLevel, Metaspace, Whitespace, WhitespaceSplit, Punctuation, Digits, Split, CharDelimiterSplit and Sequence";

    public static IPreTokenizer Read(JsonComponent component) => component.Type switch
    {
        "BertPreTokenizer" => new BertPreTokenizer(),
        "ByteLevel" => new ByteLevelPreTokenizer(component.Flag("add_prefix_space") ?? true, component.Flag("use_regex") ?? true),
        "Metaspace" => new MetaspacePreTokenizer(ReadMark(component), ReadScheme(component), component.Flag("split") ?? true),
        "Whitespace" => PatternSplit.Words(),
        "WhitespaceSplit" => CharacterSplit.WhiteSpace(),
        "Punctuation" => CharacterSplit.Punctuation(ReadBehavior(component)),
        "Digits" => CharacterSplit.Digits(component.Flag("individual_digits") ?? false),
        "Split" => new PatternSplit(PatternReader.Read(component), ReadBehavior(component), component.Flag("invert") ?? false),
        "CharDelimiterSplit" => CharacterSplit.Delimiter(ReadDelimiter(component.Required("delimiter"))),
        "Sequence" => new SequencePreTokenizer([.. component.Required("pretokenizers").Items().Select(Read)]),
        _ => throw component.Unknown("pre-tokenizer", Known),
    };

    /// <summary>The mark of a space, of a pre-tokeniser and of its decoder.</summary>
    public static char ReadMark(JsonComponent component) => component.Text("replacement") switch
    {
        null => '\u2581',
        { Length: 1 } mark => mark[0],
        _ => throw component.Required("replacement").Wrong("must be one character"),
    };

    /// <summary>Where a mark is put; older files have a flag in its place.</summary>
    public static PrependScheme ReadScheme(JsonComponent component) => component.Text("prepend_scheme") switch
    {
        null => component.Flag("add_prefix_space") ?? true ? PrependScheme.Always : PrependScheme.Never,
        "always" => PrependScheme.Always,
        "first" => PrependScheme.First,
        "never" => PrependScheme.Never,
        _ => throw component.Required("prepend_scheme").Wrong("must be always, first or never"),
    };

    private static SplitBehavior ReadBehavior(JsonComponent component) => component.Text("behavior") switch
    {
        null => SplitBehavior.Isolated,
        "Removed" => SplitBehavior.Removed,
        "Isolated" => SplitBehavior.Isolated,
        "MergedWithPrevious" => SplitBehavior.MergedWithPrevious,
        "MergedWithNext" => SplitBehavior.MergedWithNext,
        "Contiguous" => SplitBehavior.Contiguous,
        _ => throw component.Required("behavior").Wrong("must be Removed, Isolated, MergedWithPrevious, MergedWithNext or Contiguous"),
    };

    private static Rune ReadDelimiter(JsonComponent component)
    {
        string text = component.AsText();
        return Rune.TryGetRuneAt(text.Length == 0 ? "\uD800" : text, 0, out var rune) && rune.Utf16SequenceLength == text.Length
            ? rune
            : throw component.Wrong("must be one character");
    }
}
