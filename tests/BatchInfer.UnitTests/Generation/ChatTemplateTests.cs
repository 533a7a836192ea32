using System.Text.Json.Nodes;
using BatchInfer.Contracts;
using BatchInfer.Inference;

namespace BatchInfer.UnitTests.Generation;

/// <summary>Chat templates: what an independent implementation of Jinja writes, and what is refused by name.</summary>
public sealed class ChatTemplateTests
{
    private const string ChatMl =
        """"
        {% for message in messages %}{{'<|im_start|>' + message['role'] + '
        ' + message['content'] + '<|im_end|>' + '
        '}}{% endfor %}{% if add_generation_prompt %}{{ '<|im_start|>assistant
        ' }}{% endif %}
        """";

    private const string Instructions =
        """"{{ bos_token }}{% if messages[0]['role'] == 'system' %}{% set loop_messages = messages[1:] %}{% set system_message = messages[0]['content'] %}{% else %}{% set loop_messages = messages %}{% set system_message = false %}{% endif %}{% for message in loop_messages %}{% if (message['role'] == 'user') != (loop.index0 % 2 == 0) %}{{ raise_exception('Conversation roles must alternate user/assistant/user/assistant/...') }}{% endif %}{% if loop.index0 == 0 and system_message != false %}{% set content = '<<SYS>>\n' + system_message + '\n<</SYS>>\n\n' + message['content'] %}{% else %}{% set content = message['content'] %}{% endif %}{% if message['role'] == 'user' %}{{ '[INST] ' + content.strip() + ' [/INST]' }}{% elif message['role'] == 'assistant' %}{{ ' ' + content.strip() + ' ' + eos_token }}{% endif %}{% endfor %}"""";

    private const string Headers =
        """"
        {% set loop_messages = messages %}{% for message in loop_messages %}{% set content = '<|start_header_id|>' + message['role'] + '<|end_header_id|>
        
        '+ message['content'] | trim + '<|eot_id|>' %}{% if loop.index0 == 0 %}{% set content = bos_token + content %}{% endif %}{{ content }}{% endfor %}{% if add_generation_prompt %}{{ '<|start_header_id|>assistant<|end_header_id|>
        
        ' }}{% endif %}
        """";

    private const string Blocks =
        """"
        {%- set ns = namespace(last=-1) -%}
        {%- for m in messages %}
            {%- if m.role == 'user' %}
                {%- set ns.last = loop.index0 %}
            {%- endif %}
        {%- endfor %}
        {% for m in messages %}
            {% if loop.index0 == ns.last %}
        >> {{ m.content | upper }}
            {% elif m.role in ['system', 'tool'] %}
        # {{ m['content'] | replace('a', 'A') }}
            {% else %}
        - {{ m.content if m.content is string else 'none' }}
            {% endif %}
        {% endfor %}
        {# nothing #}
        END {{ messages | length }} {{ messages[-1].role ~ '!' }} {{ (messages | map(attribute='role') | join(', ')) }}{{ 'tools' if tools is defined else 'plain' }}
        """";

    private static readonly ChatMessage[] One = [new("user", " Hello there ")];
    private static readonly ChatMessage[] Few = [new("system", "Be a bear."), new("user", "a?"), new("assistant", "b!"), new("user", "c?")];

    [Theory]
    [InlineData(ChatMl, false, "<|im_start|>user\n Hello there <|im_end|>\n<|im_start|>assistant\n")]
    [InlineData(ChatMl, true, "<|im_start|>system\nBe a bear.<|im_end|>\n<|im_start|>user\na?<|im_end|>\n<|im_start|>assistant\nb!<|im_end|>\n<|im_start|>user\nc?<|im_end|>\n<|im_start|>assistant\n")]
    [InlineData(Instructions, false, "<s>[INST] Hello there [/INST]")]
    [InlineData(Instructions, true, "<s>[INST] <<SYS>>\nBe a bear.\n<</SYS>>\n\na? [/INST] b! </s>[INST] c? [/INST]")]
    [InlineData(Headers, false, "<s><|start_header_id|>user<|end_header_id|>\n\nHello there<|eot_id|><|start_header_id|>assistant<|end_header_id|>\n\n")]
    [InlineData(Headers, true, "<s><|start_header_id|>system<|end_header_id|>\n\nBe a bear.<|eot_id|><|start_header_id|>user<|end_header_id|>\n\na?<|eot_id|><|start_header_id|>assistant<|end_header_id|>\n\nb!<|eot_id|><|start_header_id|>user<|end_header_id|>\n\nc?<|eot_id|><|start_header_id|>assistant<|end_header_id|>\n\n")]
    [InlineData(Blocks, false, ">>  HELLO THERE \nEND 1 user! usertools")]
    [InlineData(Blocks, true, "# Be A beAr.\n- a?\n- b!\n>> C?\nEND 4 user! system, user, assistant, usertools")]
    public void Turns_are_written_as_the_reference_does(string template, bool few, string expected) => Assert.Equal(expected, Render(template, few ? Few : One));

    [Theory]
    [InlineData("{% if tools is not none %}tools{% endif %}{{ tools is defined }}{{ documents is none }}", "TrueTrue")]
    [InlineData("{% if not tools %}-{% endif %}{{ tools }}{{ documents | default('no', true) }}", "-Noneno")]
    [InlineData("{{ bos_token }}{{ eos_token }}{{ sep_token }}{{ cls_token }}{{ mask_token }}{{ pad_token is defined }}", "<s></s>[SEP][CLS][MASK]False")]
    [InlineData("{% for m in messages %}{{ m == messages[1] }}{{ loop.previtem is defined and m == loop.previtem }} {% endfor %}", "FalseFalse TrueFalse FalseFalse FalseFalse ")]
    [InlineData("{{ messages[1] in messages }}{{ {'role': 'user', 'content': 'a?'} in messages }}{{ {'role': 'user'} in messages }}", "TrueTrueFalse")]
    public void A_template_is_given_what_the_reference_library_gives_it(string template, string expected) => Assert.Equal(expected, Render(template, Few));

    [Theory]
    [InlineData("{{ [3, 1][0] + 2 * 3 - 1 }}", "8")]
    [InlineData("{{ 7 // 2 }} {{ -7 % 3 }} {{ 1 / 2 }}", "3 2 0.5")]
    [InlineData("{{ 'a' ~ 1 ~ none ~ true }}", "a1NoneTrue")]
    [InlineData("{{ {'a': [1, 'b']} | tojson }}", """{"a": [1, "b"]}""")]
    [InlineData("{{ 'abc'[::-1] }} {{ [1, 2, 3][1:] }} {{ 'abc'[-1] }}", "cba [2, 3] c")]
    [InlineData("{{ x | default('d') }} {{ x is defined }} {{ not x }}", "d False True")]
    [InlineData("{% for i in x %}{{ i }}{% else %}none{% endfor %} {{ x | length }} {{ x | count }} {{ x | list }} {{ x | items | list }} {{ x | join(',') }}", "none 0 0 [] [] ")]
    [InlineData("{{ x is iterable }} {{ x is sequence }} {{ x is mapping }} {{ x | first is defined }} {{ 'a' in x }} {{ none is iterable }}", "True True False False False False")]
    [InlineData("{{ x == y }} {{ x == none }} {{ {'a': x} == {'a': y} }}", "True False True")]
    [InlineData("{{ {'a': [1]} == {'a': [1]} }} {{ {'a': 1, 'b': 2} == {'b': 2, 'a': 1} }} {{ {'a': 1} != {'a': 2} }} {{ {'a': 1} == {'b': 1} }} {{ {'a': 1} == {'a': 1, 'b': 1} }}", "True True True False False")]
    [InlineData("{{ true == 1 }} {{ 1 == 1.0 }} {{ false == 0 }} {{ 1 == '1' }} {{ {'a': 1} == {'a': true} }}", "True True True False True")]
    [InlineData("{% for k, v in {'a': 1}.items() %}{{ k }}={{ v }}{% endfor %}", "a=1")]
    [InlineData("{% for i in range(5) if i is odd %}{{ i }}{% if not loop.last %},{% endif %}{% else %}none{% endfor %}", "1,3")]
    [InlineData("{% for i in [] %}{% else %}none{% endfor %}", "none")]
    [InlineData("{% for i in range(9) %}{% if i == 3 %}{% break %}{% endif %}{{ i }}{% endfor %}", "012")]
    [InlineData("{% set x %}a{{ 1 }}{% endset %}{{ x | upper }}", "A1")]
    [InlineData("{% set n = namespace(v=0) %}{% for i in range(3) %}{% set n.v = n.v + i %}{% endfor %}{{ n.v }}", "3")]
    [InlineData("{{ 'yes' if 'a' in 'cat' and 'x' not in ['a'] else 'no' }}", "yes")]
    [InlineData("{{ (' a ' | trim) + \"b\".upper() }}", "aB")]
    [InlineData("{{ [{'r': 1}, {'r': 2}] | selectattr('r', 'equalto', 2) | map(attribute='r') | first }}", "2")]
    [InlineData("{% macro m(a, c, b='!') %}<{{ a }}{{ b }}{{ c is defined }}>{% endmacro %}{{ m('x') }}{{ m('y', c=1) | upper }}{{ m(b=2, a=1) }}", "<x!False><Y!TRUE><12False>")]
    [InlineData("{% macro tree(n) %}{{ n }}{% if n > 0 %}{{ tree(n - 1) }}{% endif %}{% endmacro %}[{{ tree(3) }}]", "[3210]")]
    [InlineData("{% set x = 1 %}{% macro m() %}{% set x = 2 %}{{ x }}{% endmacro %}{{ m() }}{{ x }}", "21")]
    [InlineData("{% macro m() %}{{ y }}{% endmacro %}{% for y in [1] %}[{{ m() }}]{% endfor %}", "[]")]
    public void Expressions_are_those_of_python(string template, string expected) =>
        Assert.Equal(expected, JinjaTemplate.Parse(template).Render(new Dictionary<string, object?>()));

    [Theory]
    [InlineData("{% import 'x' as y %}", "import")]
    [InlineData("{% include 'x' %}", "include")]
    [InlineData("{{ 'a' | urlencode }}", "urlencode")]
    [InlineData("{{ 1 is divisibleby(2) }}", "divisibleby")]
    [InlineData("{% if true %}", "OpenStatement")]
    [InlineData("{{ 'a }}", "string")]
    public void What_is_not_supported_is_refused_by_name_when_the_template_is_read(string template, string named) =>
        Assert.Contains(named, Assert.Throws<ChatTemplateException>(() => JinjaTemplate.Parse(template)).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("{{ strftime_now('%d') }}", "strftime_now")]
    [InlineData("{{ messages.nope() }}", "nope")]
    [InlineData("{{ nothing.at.all }}", "at")]
    [InlineData("{% for t in none %}{% endfor %}", "none has no items")]
    [InlineData("{{ none | length }}", "none has no items")]
    [InlineData("{% macro m(a) %}{% endmacro %}{{ m(1, 2) }}", "m() takes 1 values, not 2")]
    [InlineData("{% macro m(a) %}{% endmacro %}{{ m(b=1) }}", "no parameter 'b'")]
    [InlineData("{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}", "deep")]
    [InlineData("{{ raise_exception('Only user first!') }}", "Only user first!")]
    [InlineData("{% for a in range(1000) %}{% for b in range(1000) %}{% for c in range(1000) %}x{% endfor %}{% endfor %}{% endfor %}", "does not end")]
    public void What_a_template_cannot_do_with_its_messages_is_said(string template, string named) =>
        Assert.Contains(named, Assert.Throws<ChatTemplateException>(() => JinjaTemplate.Parse(template).Render(Messages)).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("{% set n = namespace(x='a') %}{% for i in range(40) %}{% set n.x = n.x ~ n.x %}{% endfor %}", "a text of more than")]
    [InlineData("{% set n = namespace(x='a') %}{% for i in range(40) %}{% set n.x = n.x + n.x %}{% endfor %}", "a text of more than")]
    [InlineData("{% set n = namespace(x='aa') %}{% for i in range(40) %}{% set n.x = n.x.replace('a', n.x) %}{% endfor %}", "a text of more than")]
    [InlineData("{% set n = namespace(x='aa') %}{% for i in range(40) %}{% set n.x = n.x | replace('a', n.x) %}{% endfor %}", "a text of more than")]
    [InlineData("{{ ('a' * 10000) * 10000 }}", "a text of more than")]
    [InlineData("{% set n = namespace(x=[1]) %}{% for i in range(40) %}{% set n.x = n.x + n.x %}{% endfor %}", "a list of more than")]
    [InlineData("{% set n = namespace(x='a') %}{% for i in range(40) %}{% set n.x = [n.x, n.x] %}{% endfor %}{{ n.x }}", "a text of more than")]
    [InlineData("{% set n = namespace(x='a') %}{% for i in range(40) %}{% set n.x = [n.x, n.x] %}{% endfor %}{{ n.x | tojson }}", "a text of more than")]
    [InlineData("{{ range(99999) | join('a' * 10000) }}", "a text of more than")]
    [InlineData("{% set big = 'a' * 10000 %}{% for i in range(9999) %}{% for m in messages %}{{ big }}{% endfor %}{% endfor %}", "writes too much")]
    [InlineData("{% set big = 'a' * 10000 %}{% set all = [] %}{% for i in range(99999) %}{% set x = all.append(big ~ i) %}{% endfor %}", "makes too much")]
    [InlineData("{% set l = [] %}{% set x = l.append(l) %}{{ l }}", "deep")]
    [InlineData("{% set l = [] %}{% set x = l.append(l) %}{% set m = [] %}{% set x = m.append(m) %}{{ l == m }}", "deep")]
    [InlineData("{% set n = namespace(x=[1], y=[1]) %}{% for i in range(40) %}{% set n.x = [n.x, n.x] %}{% set n.y = [n.y, n.y] %}{% endfor %}{{ n.x == n.y }}", "compares too much")]
    [InlineData("{{ range(-9000000000000000000, 9000000000000000000) }}", "too many numbers")]
    public void What_a_template_makes_is_bounded(string template, string named)
    {
        long before = GC.GetAllocatedBytesForCurrentThread();
        var refusal = Assert.Throws<ChatTemplateException>(() => JinjaTemplate.Parse(template).Render(Messages));
        Assert.Contains(named, refusal.Message, StringComparison.Ordinal);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1L << 30);
    }

    [Fact]
    public void A_model_without_a_chat_template_says_so()
    {
        using var folder = new TemporaryModel();
        Assert.Contains("no chat template", Assert.Throws<ModelFormatException>(() => ChatTemplate.Read(folder.Read())).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_template_of_tokenizer_config_is_used_with_its_tokens()
    {
        using var folder = new TemporaryModel();
        folder.SetTokenizerConfig("""{"model_max_length":64,"bos_token":"[BOS]","eos_token":{"content":"[EOS]"},"chat_template":"{{ bos_token }}{% for m in messages %}{{ m.role }}:{{ m.content }}{{ eos_token }}{% endfor %}"}""");
        Assert.Equal("[BOS]user:a[EOS]", ChatTemplate.Read(folder.Read()).Render([new ChatMessage("user", "a")]));
    }

    private static Dictionary<string, object?> Messages => new()
    {
        ["messages"] = Few.Select(m => (object?)new Dictionary<string, object?> { ["role"] = m.Role, ["content"] = m.Content }).ToList(),
    };

    // As a worker does: read from a model's folder, with all that a template sees there.
    private static string Render(string template, ChatMessage[] messages)
    {
        using var folder = new TemporaryModel();
        folder.SetTokenizerConfig(new JsonObject
        {
            ["model_max_length"] = 64, ["bos_token"] = "<s>", ["eos_token"] = new JsonObject { ["content"] = "</s>" }, ["sep_token"] = "[SEP]", ["cls_token"] = "[CLS]",
            ["mask_token"] = "[MASK]", ["pad_token"] = null, ["chat_template"] = template,
        }.ToJsonString());
        return ChatTemplate.Read(folder.Read()).Render(messages);
    }
}
