using System.Text;
using System.Text.RegularExpressions;
using BatchInfer.Inference;

namespace BatchInfer.UnitTests.Inference.Tokenization;

public sealed class HostileTextTests
{
    public static TheoryData<string> Kinds => ["bert uncased", "gpt2", "byte level gpt4o", "llama", "llama, merges over marks", "unigram, whole text", "t5", "added tokens"];

    [Theory]
    [MemberData(nameof(Kinds))]
    public void A_line_of_a_megabyte_is_encoded_and_its_offsets_are_in_order(string name)
    {
        using var encoder = TestTokenizers.Load(name).CreateEncoder();
        foreach (string text in (string[])[new string('a', 1 << 20), string.Concat(Enumerable.Repeat("lower 😀é ", 1 << 17)), new string(' ', 1 << 20), string.Concat(Enumerable.Repeat("e\u0301\u0323", 1 << 18))])
        {
            using var buffer = new TokenBuffer(withDetails: true);
            Assert.True(encoder.Encode(new TextInput(text, null), EncodeOptions.Whole, buffer).Fits);
            int last = 0;
            foreach (var detail in buffer.Details)
            {
                if (detail.IsSpecial) continue;
                Assert.True(detail.Start <= detail.End && detail.End <= text.Length && detail.Start >= last, $"{detail} after {last}");
                last = detail.Start;
            }
        }
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Half_a_surrogate_pair_is_read_as_the_replacement_character(string name)
    {
        using var encoder = TestTokenizers.Load(name).CreateEncoder();
        foreach (var (broken, whole) in ((string, string)[])[("a\uD83D b", "a\uFFFD b"), ("\uDE00", "\uFFFD"), ("\uDE00\uD83D", "\uFFFD\uFFFD"), ("\uD83D\uD83D\uDE00", "\uFFFD😀")])
        {
            using TokenBuffer one = new(withDetails: true), other = new(withDetails: true);
            encoder.Encode(new TextInput(broken, null), EncodeOptions.Whole, one);
            encoder.Encode(new TextInput(whole, null), EncodeOptions.Whole, other);
            Assert.Equal(other.Ids, one.Ids);
            Assert.Equal(other.Details, one.Details);
        }
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void What_is_remembered_of_words_changes_no_token(string name)
    {
        // More words than are remembered, so that the memory is emptied on the way.
        var tokenizer = TestTokenizers.Load(name);
        using var used = tokenizer.CreateEncoder();
        using var buffer = new TokenBuffer();
        for (int i = 0; i < 80_000; i += 1000)
        {
            buffer.Clear();
            used.Encode(new TextInput(string.Join(' ', Enumerable.Range(i, 1000).Select(n => "w" + n)), null), EncodeOptions.Whole, buffer);
        }

        using var fresh = TestTokenizers.Load(name).CreateEncoder();
        foreach (string text in (string[])["lower w79999 lowest w1 newer wider", "the the Hello world w500"])
        {
            using TokenBuffer one = new(withDetails: true), other = new(withDetails: true);
            used.Encode(new TextInput(text, null), EncodeOptions.Whole, one);
            fresh.Encode(new TextInput(text, null), EncodeOptions.Whole, other);
            Assert.Equal(other.Ids, one.Ids);
            Assert.Equal(other.Details, one.Details);
        }
    }

    [Fact]
    public void Long_words_are_merged_as_short_ones_are()
    {
        // Above a length the next merge is kept in a queue: the same words, alone and in a word too long to be scanned.
        var tokenizer = TestTokenizers.Load("llama, merges over marks");
        using var encoder = tokenizer.CreateEncoder();
        using TokenBuffer alone = new(), together = new();
        string text = "lower lowest newer wider the quick";
        var bare = EncodeOptions.Whole with { AddSpecialTokens = false };
        encoder.Encode(new TextInput(text, null), bare, alone);
        encoder.Encode(new TextInput(text + "❂" + text.Replace(' ', '❂'), null), bare, together);
        Assert.Equal(alone.Ids, together.Ids[..alone.Count]);
    }

    [Fact]
    public void GPT2s_words_are_what_its_expression_finds()
    {
        var expression = new Regex(@"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+", RegexOptions.CultureInvariant);
        var random = new Random(11);
        const string characters = "aZé中٣²7 \t\n\u00A0\u3000'sretvmld.,!-_…€";
        for (int n = 0; n < 20_000; n++)
        {
            string text = string.Concat(Enumerable.Range(0, random.Next(1, 12)).Select(_ => characters[random.Next(characters.Length)]));
            var words = new List<string>();
            for (int at = 0, end; at < text.Length; at = end)
            {
                end = Gpt2Words.EndOfWord(text, at);
                words.Add(text[at..end]);
            }

            Assert.Equal(expression.Matches(text).Select(m => m.Value), words);
        }
    }

    [Fact]
    public void Threads_share_a_tokenizer()
    {
        var tokenizer = TestTokenizers.Load("byte level gpt4o");
        string text = new StringBuilder().Insert(0, "Hello, world! It's lower 😀 ", 50).ToString();
        int[] expected = Encode();
        Parallel.For(0, 64, _ => Assert.Equal(expected, Encode()));

        int[] Encode()
        {
            using var encoder = tokenizer.CreateEncoder();
            using var buffer = new TokenBuffer();
            encoder.Encode(new TextInput(text, null), EncodeOptions.Whole, buffer);
            return buffer.Ids.ToArray();
        }
    }
}
