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
    public async Task A_template_that_does_not_end_is_ended()
    {
        var prompt = await RenderAsync(new PromptSpec { Template = "{% for i in (1..900) %}{% for j in (1..900) %}{{ text }}{% endfor %}{% endfor %}" }, """{"text":"a"}""");
        Assert.NotNull(prompt.Error);
    }

    private static async Task<RecordPrompt> RenderAsync(PromptSpec spec, string json)
    {
        var record = await CorpusHarness.ParseOneAsync(json, Fields, TestContext.Current.CancellationToken);
        Assert.Null(record.Error);
        return new PromptRenderer(spec, "text").Render(record);
    }
}
