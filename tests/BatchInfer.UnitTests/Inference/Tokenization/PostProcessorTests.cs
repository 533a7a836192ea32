using BatchInfer.Inference;

namespace BatchInfer.UnitTests.Inference.Tokenization;

public sealed class PostProcessorTests
{
    private const string Roberta = """{"type":"RobertaProcessing","sep":["</s>",2],"cls":["<s>",1],"trim_offsets":true,"add_prefix_space":false}""";
    private const string Words = """{"type":"WordLevel","vocab":{"?":0,"<s>":1,"</s>":2,"a":3,"Ġb":4},"unk_token":"?"}""";
    private const string ByteLevel = """{"type":"ByteLevel","add_prefix_space":false}""";

    [Theory]
    [InlineData(Roberta)]
    [InlineData($$"""{"type":"Sequence","processors":[{"type":"ByteLevel","trim_offsets":true},{{Roberta}}]}""")]
    public void Roberta_puts_two_separators_between_the_texts_of_a_pair(string postProcessor)
    {
        var (ids, types, _) = Encode(postProcessor, "a b", "a");
        Assert.Equal([1, 3, 4, 2, 2, 3, 2], ids);
        Assert.All(types, t => Assert.Equal(0, t));
    }

    [Theory]
    [InlineData("""{"type":"ByteLevel","trim_offsets":true,"add_prefix_space":false}""", 2)]
    [InlineData("""{"type":"ByteLevel","trim_offsets":false}""", 1)]
    public void Offsets_leave_the_space_before_a_word_out_on_demand(string postProcessor, int start)
    {
        var (ids, _, details) = Encode(postProcessor, "a b", null);
        Assert.Equal([3, 4], ids);
        Assert.Equal([(0, 1), (start, 3)], details.Select(d => (d.Start, d.End)).ToArray());
    }

    private static (int[] Ids, byte[] Types, TokenDetail[] Details) Encode(string postProcessor, string text, string? pair)
    {
        using var encoder = TokenizerText.Load(Words, preTokenizer: ByteLevel, postProcessor: postProcessor).CreateEncoder();
        using var tokens = new TokenBuffer(withDetails: true);
        encoder.Encode(new TextInput(text, pair), EncodeOptions.Whole, tokens);
        return (tokens.Ids.ToArray(), tokens.TypeIds.ToArray(), tokens.Details.ToArray());
    }
}
