using System.Text.Json.Nodes;
using BatchInfer.Contracts;
using BatchInfer.Corpus;
using BatchInfer.UnitTests.Corpus;

namespace BatchInfer.UnitTests.Generation;

/// <summary>Prompts from the records of a corpus.</summary>
public sealed class PromptTests
{
    private static readonly RecordSchema Fields = CorpusHarness.Jsonl() with { Fields = true };

    [Theory]
    [InlineData("{{ text }}", """{"text":"a"}""", "a")]
    [InlineData("{{ q }} / {{ meta.lang | upcase }}", """{"q":"What?","meta":{"lang":"en"}}""", "What? / EN")]
    [InlineData("{% for x in items %}{{ forloop.index }}. {{ x }}\n{% endfor %}", """{"items":["a","b"]}""", "1. a\n2. b\n")]
    [InlineData("{% if short %}{{ n }}{% endif %}", """{"short":true,"n":2.5}""", "2.5")]
    [InlineData("{{ html }}", """{"html":"<b> & \"c\""}""", "<b> & \"c\"")]
    public async Task A_template_takes_the_fields_of_a_record(string template, string record, string expected) =>
        Assert.Equal(expected, (await RenderAsync(new PromptSpec { Template = template }, record)).Text);

    [Fact]
    public async Task A_template_takes_the_columns_of_a_csv()
    {
        var schema = CorpusHarness.Csv("id,question,answer") with { Fields = true };
        var record = await CorpusHarness.ParseOneAsync("1,\"Who, then?\",me", schema, TestContext.Current.CancellationToken);
        Assert.Equal("Who, then? me", new PromptRenderer(new PromptSpec { Template = "{{ question }} {{ answer }}" }, "text").Render(record).Text);
    }

    [Theory]
    [InlineData("{{ nope }}", "missing_field", "nope")]
    [InlineData("{{ text }} {{ text.nope }}", "missing_field", "Undefined")]
    [InlineData("{{ text | nope }}", "missing_field", "nope")]
    [InlineData("  {{ blank }} ", "empty_text", "empty")]
    public async Task What_a_record_lacks_is_an_error_row_that_names_it(string template, string code, string named)
    {
        var prompt = await RenderAsync(new PromptSpec { Template = template }, """{"text":"a","blank":""}""");
        Assert.Null(prompt.Text);
        Assert.Equal(code, prompt.Error!.Code);
        Assert.Contains(named, prompt.Error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{{ text ")]
    [InlineData("{% if text %}")]
    [InlineData("{% nope %}")]
    public void A_broken_template_is_refused(string template)
    {
        var refusal = Assert.Throws<PromptFormatException>(() => new PromptRenderer(new PromptSpec { Template = template }, "text"));
        Assert.Equal("template", refusal.Part);
    }

    [Fact]
    public async Task System_text_and_examples_come_before_the_record()
    {
        var spec = new PromptSpec
        {
            System = "Name the opposite.", Template = "Word: {{ text }}\nOpposite:",
            Examples = [new PromptExample("hot", "cold"), new PromptExample(new JsonObject { ["text"] = "up" }, "down")],
        };
        var prompt = await RenderAsync(spec, """{"text":"good"}""");
        Assert.Equal("Name the opposite.\n\nWord: hot\nOpposite: cold\n\nWord: up\nOpposite: down\n\nWord: good\nOpposite:", prompt.Text);
        Assert.Equal(["system", "user", "assistant", "user", "assistant", "user"], prompt.Messages.Select(m => m.Role));
        Assert.Equal("Word: up\nOpposite:", prompt.Messages[3].Content);
    }

    [Fact]
    public async Task Without_a_template_the_text_is_the_prompt()
    {
        var record = await CorpusHarness.ParseOneAsync("""{"text":"a"}""", CorpusHarness.Jsonl(), TestContext.Current.CancellationToken);
        Assert.Equal("Be brief.\n\na", new PromptRenderer(new PromptSpec { System = "Be brief." }, "text").Render(record).Text);
    }

    [Fact]
    public void An_example_that_the_template_cannot_take_is_refused()
    {
        var spec = new PromptSpec { Template = "{{ a }}", Examples = [new PromptExample("text only", "x")] };
        var refusal = Assert.Throws<PromptFormatException>(() => new PromptRenderer(spec, "text"));
        Assert.Equal("examples", refusal.Part);
        Assert.Contains("Example 1", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Examples_are_bounded_together()
    {
        var spec = new PromptSpec { Template = "{% for i in (1..1000) %}{{ text }}{% endfor %}", Examples = [.. Enumerable.Repeat(new PromptExample(new string('a', 2000), "x"), 9)] };
        var refusal = Assert.Throws<PromptFormatException>(() => new PromptRenderer(spec, "text"));
        Assert.Equal("examples", refusal.Part);
        Assert.Contains("Example 3", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_template_that_does_not_end_is_ended()
    {
        var prompt = await RenderAsync(new PromptSpec { Template = "{% for i in (1..900) %}{% for j in (1..900) %}{{ text }}{% endfor %}{% endfor %}" }, """{"text":"a"}""");
        Assert.NotNull(prompt.Error);
    }

    [Theory]
    [InlineData("{% assign x = text %}{% for i in (1..40) %}{% assign x = x | append: x %}{% endfor %}", "append")]
    [InlineData("{% assign x = text %}{% for i in (1..40) %}{% assign x = x | prepend: x %}{% endfor %}", "prepend")]
    [InlineData("{% assign x = text %}{% for i in (1..40) %}{% capture x %}{{ x }}{{ x }}{% endcapture %}{% endfor %}", "capture")]
    [InlineData("{% for i in (1..40000) %}{{ big }}{% endfor %}", "The prompt")]
    [InlineData("{% ifchanged %}{% for i in (1..40000) %}{{ big }}{% endfor %}{% endifchanged %}", "ifchanged")]
    [InlineData("{% assign x = list %}{% for i in (1..40) %}{% assign x = x | concat: x %}{% endfor %}", "concat")]
    [InlineData("{% assign x = big | split: '' %}{% for i in (1..6) %}{% assign x = x | concat: x %}{% endfor %}", "concat")]
    [InlineData("{% assign x = list %}{% for i in (1..9) %}{% assign x = x | concat: x %}{% endfor %}{{ x | join: big }}", "join")]
    [InlineData("{{ big | replace: 'a', big }}", "replace")]
    [InlineData("{% for i in (1..40) %}{% assign big = big | replace_first: 'a', big %}{% endfor %}", "replace_first")]
    [InlineData("{% for i in (1..40) %}{% assign big = big | base64_encode %}{% endfor %}", "base64_encode")]
    [InlineData("{% assign x = '&' %}{% for i in (1..40) %}{% assign x = x | escape | append: x %}{% endfor %}", "escape")]
    [InlineData("{% assign x = '\"' %}{% for i in (1..40) %}{% assign x = x | json %}{% endfor %}", "json")]
    [InlineData("{{ 'now' | date: '%999999999n' }}", "date")]
    [InlineData("{{ 1 | format_number: 'F999999999' }}", "format_number")]
    [InlineData("{% assign x = '{0}' %}{% for i in (1..9) %}{% assign x = x | append: x %}{% endfor %}{{ x | format_string: big }}", "format_string")]
    [InlineData("{% for i in (1..2000000000) %}{% break %}{% endfor %}", "2000000000")]
    [InlineData("{% assign x = (1..n) %}", "3000000000")]
    public async Task A_template_that_makes_too_much_is_an_error_row(string template, string named)
    {
        long before = GC.GetAllocatedBytesForCurrentThread();
        var prompt = await RenderAsync(new PromptSpec { Template = template }, $$"""{"text":"a","list":["a","b"],"n":3000000000,"big":"{{new string('a', 60_000)}}"}""");
        Assert.Equal("too_long", prompt.Error?.Code);
        Assert.Contains(named, prompt.Error!.Message, StringComparison.Ordinal);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1L << 30);
    }

    [Fact]
    public async Task All_that_a_template_holds_is_bounded_together()
    {
        string many = string.Concat(Enumerable.Range(0, 40).Select(i => $"{{% assign x{i} = big | append: '{i}' %}}"));
        var prompt = await RenderAsync(new PromptSpec { Template = many + "{{ x1 | size }}" }, $$"""{"big":"{{new string('a', 1 << 20)}}"}""");
        Assert.Contains("assigns", prompt.Error!.Message, StringComparison.Ordinal);
        // One name holds one text, however often it is assigned.
        var one = await RenderAsync(
            new PromptSpec { Template = "{% for i in (1..100) %}{% assign x = big | append: i %}{% endfor %}{{ x | size }}" }, $$"""{"big":"{{new string('a', 1 << 20)}}"}""");
        Assert.Equal("1048579", one.Text);
    }

    [Theory]
    [InlineData("{% assign s = '' %}{% for i in (1..2000) %}{% assign s = s | append: i | append: ', ' %}{% endfor %}{{ s | size }}", "10893")]
    [InlineData("{% capture c %}{% for x in list %}{% if x == 'b' %}{% break %}{% endif %}{{ x }}{% endfor %}!{% endcapture %}{{ c }}{{ c }}", "a!a!")]
    [InlineData("{% for i in (3..1) %}x{% endfor %}{% for i in (1..list.size) reversed %}{{ i }}{% endfor %}{{ list[list[0].size] }}", "21b")]
    [InlineData("{% for i in list %}{% ifchanged %}{{ list | size }}{% endifchanged %}{% endfor %}", "2")]
    [InlineData("{{ list | json }} {{ list | concat: list | join: '-' }} {{ 'a,b' | split: ',' | reverse | join }}", """["a","b"] a-b-a-b ba""")]
    [InlineData("{{ '2024-03-05' | date: '%d.%m.%Y' }} {{ 1234.5 | format_number: 'N2' }}", "05.03.2024 1,234.50")]
    [InlineData("{% for i in list limit: 1 %}{{ i }}{% endfor %}{% for i in list offset: continue %}{{ i }}{% endfor %}", "ab")]
    public async Task What_is_bounded_still_works(string template, string expected) =>
        Assert.Equal(expected, (await RenderAsync(new PromptSpec { Template = template }, """{"list":["a","b"]}""")).Text);

    [Theory]
    [InlineData("{{ 1 | divided_by: 0 }}")]
    [InlineData("{{ 'a' | slice: 'b' }}")]
    [InlineData("{{ 'a' | base64_decode }}")]
    public async Task A_filter_that_cannot_is_an_error_row(string template) =>
        Assert.Contains("cannot be filled", (await RenderAsync(new PromptSpec { Template = template }, """{"text":"a"}""")).Error?.Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("{% if text %}", "{% endif %}", 3800)]
    [InlineData("{% for a in text %}", "{% endfor %}", 9)]
    [InlineData("{{ text[", "]", 300)]
    [InlineData("{% capture a %}", "{% endcapture %}", 2000)]
    public void A_template_nested_too_deeply_is_refused(string open, string close, int times)
    {
        string body = string.Concat(Enumerable.Repeat(open.Replace("{{ ", "", StringComparison.Ordinal), times)) + "1" + string.Concat(Enumerable.Repeat(close, times));
        string template = open.StartsWith("{{", StringComparison.Ordinal) ? $"{{{{ {body} }}}}" : body;
        var refusal = Assert.Throws<PromptFormatException>(() => new PromptRenderer(new PromptSpec { Template = template }, "text"));
        Assert.Contains("nested", refusal.Message, StringComparison.Ordinal);
    }

    private static async Task<RecordPrompt> RenderAsync(PromptSpec spec, string json)
    {
        var record = await CorpusHarness.ParseOneAsync(json, Fields, TestContext.Current.CancellationToken);
        Assert.Null(record.Error);
        return new PromptRenderer(spec, "text").Render(record);
    }
}
