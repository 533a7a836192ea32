using System.Buffers.Binary;
using System.Text;
using System.Text.Json;
using BatchInfer.Inference;

namespace BatchInfer.UnitTests.Inference.Tokenization;

public sealed class NormalizerTests
{
    // The forms of Unicode must hold here, where globalization is invariant and .NET's own Normalize may do nothing.
    [Theory]
    [InlineData("""{"type":"NFC"}""", "e\u0301 \u1112\u1161\u11AB", "é 한")]
    [InlineData("""{"type":"NFD"}""", "é 한 ﬁ", "e\u0301 \u1112\u1161\u11AB ﬁ")]
    [InlineData("""{"type":"NFD"}""", "a\u0301\u0323", "a\u0323\u0301")]
    [InlineData("""{"type":"NFKC"}""", "ﬁ e\u0301 ½ Ａ", "fi é 1⁄2 A")]
    [InlineData("""{"type":"NFKD"}""", "ﬁ é ①", "fi e\u0301 1")]
    [InlineData("""{"type":"Lowercase"}""", "ÄB\u0130", "äbi\u0307")]
    [InlineData("""{"type":"StripAccents"}""", "e\u0301é", "eé")]
    [InlineData("""{"type":"Strip"}""", " \ta b\n", "a b")]
    [InlineData("""{"type":"Strip","strip_left":true,"strip_right":false}""", " a ", "a ")]
    [InlineData("""{"type":"Replace","pattern":{"String":"``"},"content":"'"}""", "``a``", "'a'")]
    [InlineData("""{"type":"Replace","pattern":{"Regex":" {2,}"},"content":"-"}""", "a   b c", "a-b c")]
    [InlineData("""{"type":"Prepend","prepend":"_"}""", "ab", "_ab")]
    [InlineData("""{"type":"Nmt"}""", "a\u0001b\u200Bc\u2028d", "ab c d")]
    [InlineData("""{"type":"ByteLevel"}""", "é a", "Ã©Ġa")]
    [InlineData("""{"type":"Sequence","normalizers":[{"type":"NFD"},{"type":"StripAccents"},{"type":"Lowercase"}]}""", "ÀÉ", "ae")]
    public void A_text_is_rewritten(string normalizer, string text, string expected) => AssertRewritten(normalizer, text, expected);

    [Theory]
    [InlineData(5)]
    [InlineData(300_000)]
    public async Task Marks_stand_by_their_class_and_else_as_they_came_however_many_they_are(int count)
    {
        // Two of one class above (230), one below (220): below goes first, and the two above keep their order.
        string text = "q" + string.Concat(Enumerable.Repeat("\u0301\u0302\u0323", count));
        string expected = "q" + new string('\u0323', count) + string.Concat(Enumerable.Repeat("\u0301\u0302", count));
        using AlignedText from = new(), into = new();
        from.Reset(text, 0, aligned: false);
        // By insertion this would take minutes.
        await Task.Run(() => new UnicodeNormalizer(compatible: false, compose: false).Normalize(from, into), TestContext.Current.CancellationToken)
            .WaitAsync(TimeSpan.FromSeconds(20), TestContext.Current.CancellationToken);
        Assert.Equal(expected, into.Chars.ToString());
    }

    [Fact]
    public void A_precompiled_table_replaces_what_it_holds() => AssertRewritten(Precompiled(FeminineOrdinalToA()), "\u00AA b", "a b");

    [Theory]
    [InlineData("AAA=", "shorter than its head")]
    [InlineData("/////w==", "gives 4294967295 bytes")]
    [InlineData("!", "no table of replacements")]
    public void A_broken_table_is_refused(string table, string complaint)
    {
        var e = Assert.Throws<ModelFormatException>(() => TokenizerText.Load(normalizer: Precompiled(table)));
        Assert.Contains("normalizer.precompiled_charsmap", e.Message, StringComparison.Ordinal);
        Assert.Contains(complaint, e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Offsets_point_into_the_text_as_it_came()
    {
        var tokenizer = TokenizerText.Load(
            normalizer: """{"type":"Sequence","normalizers":[{"type":"Prepend","prepend":"_"},{"type":"NFKC"}]}""", preTokenizer: """{"type":"WhitespaceSplit"}""");
        Assert.Equal(["ﬁn", "e\u0301t", "😀"], tokenizer.Parts("ﬁn e\u0301t 😀"));
    }

    // The rewritten text is the only word that the vocabulary has.
    private static void AssertRewritten(string normalizer, string text, string expected)
    {
        string model = JsonSerializer.Serialize(new { type = "WordLevel", vocab = new Dictionary<string, int> { ["[other]"] = 0, [expected] = 1 }, unk_token = "[other]" });
        Assert.Equal(expected, TokenizerText.Load(model, normalizer).Tokens(text));
    }

    private static string Precompiled(string table) => JsonSerializer.Serialize(new { type = "Precompiled", precompiled_charsmap = table });

    // A double array whose only key is ª (C2 AA): a unit has its label in the low byte, bit 8 when a value follows, the offset from bit 10.
    private static string FeminineOrdinalToA()
    {
        const int units = 1024;
        byte[] table = new byte[4 + 4 * units + 2];
        BinaryPrimitives.WriteInt32LittleEndian(table, 4 * units);
        Set(0, 256 << 10);
        Set(256 ^ 0xC2, 0xC2 | (512 << 10));
        int leaf = 256 ^ 0xC2 ^ 512 ^ 0xAA;
        Set(leaf, 0xAA | (1 << 8) | (1 << 10));
        Set(leaf ^ 1, 1U << 31);
        Encoding.ASCII.GetBytes("a\0").CopyTo(table, 4 + 4 * units);
        return Convert.ToBase64String(table);

        void Set(int unit, uint value) => BinaryPrimitives.WriteUInt32LittleEndian(table.AsSpan(4 + 4 * unit), value);
    }
}
