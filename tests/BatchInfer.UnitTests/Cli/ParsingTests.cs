using BatchInfer.Cli;
using BatchInfer.Cli.Options;
using BatchInfer.Contracts;

namespace BatchInfer.UnitTests.Cli;

public sealed class ParsingTests
{
    [Fact]
    public async Task The_root_help_documents_every_exit_code()
    {
        var cli = new TestCli();
        Assert.Equal(0, await cli.RunAsync("--help"));
        foreach (int code in (int[])[ExitCodes.Done, ExitCodes.Failed, ExitCodes.BadInput, ExitCodes.ErrorRows, ExitCodes.NotFound, ExitCodes.Interrupted])
            Assert.Matches($@"(?m)^\s+{code}\s+\w", cli.Out);
    }

    [Theory]
    [InlineData("run")]
    [InlineData("run", "--model", "m", "--input", "f", "--bogus")]
    [InlineData("status")]
    [InlineData("status", "not-a-guid")]
    [InlineData("submit", "--model", "m")]
    [InlineData("submit", "--model", "m", "--input", "a.txt", "--file-id", "b")]
    [InlineData("submit", "--model", "m", "--file-id", "b", "--task", "knitting")]
    [InlineData("submit", "--model", "m", "--file-id", "b", "--param", "nameless")]
    [InlineData("submit", "--model", "m", "--file-id", "b", "--param", "max_length=8", "--param", "max_length=9")]
    [InlineData("submit", "--model", "m", "--file-id", "b", "--metadata", "=x")]
    [InlineData("submit", "--model", "m", "--file-id", "b", "--task", "text-classification", "--param", "pooling=mean")]
    [InlineData("jobs", "--server", "ftp://x")]
    [InlineData("jobs", "--limit", "many")]
    [InlineData("jobs", "--limit", "0")]
    [InlineData("serve", "--urls", "127.0.0.1:80")]
    [InlineData("files", "upload", "/nowhere/x.txt")]
    [InlineData("lookup", "--model", "m", "--pair", "one")]
    [InlineData("lookup", "--model", "m")]
    [InlineData("lookup", "a text")]
    [InlineData("lookup", "--key", "no-key")]
    [InlineData("lookup", "--key", "0198c0de-0000-7000-8000-000000000001", "--model", "m")]
    [InlineData("lookup", "--key", "0198c0de-0000-7000-8000-000000000001", "a text")]
    [InlineData("lookup", "--id", "one")]
    [InlineData("lookup", "--job", "not-a-guid", "--id", "one")]
    [InlineData("lookup", "--job", "0198c0de-0000-7000-8000-000000000001", "--model", "m", "a text")]
    [InlineData("history", "a text")]
    [InlineData("history", "--model", "m", "one", "two", "three")]
    [InlineData("nonsense")]
    public async Task Wrong_usage_exits_with_2_and_a_sentence(params string[] args)
    {
        var cli = new TestCli();
        Assert.Equal(ExitCodes.BadInput, await cli.RunAsync(args));
        Assert.NotEmpty(cli.Error);
        Assert.Empty(cli.Out);
    }

    [Fact]
    public async Task A_server_that_is_not_there_exits_with_1_and_says_what_to_do()
    {
        var cli = new TestCli();
        Assert.Equal(ExitCodes.Failed, await cli.RunAsync("jobs", "--server", "http://127.0.0.1:1"));
        Assert.Contains("batchinfer serve", cli.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void A_parameter_is_a_number_or_a_truth_value_where_it_reads_as_one_and_else_text()
    {
        var parameters = ParameterOptions.ParsePairs(["max_length=128", "normalize=true", "pooling=cls", "empty=", "tail=a=b", "quoted=\"5\""])!;
        Assert.Equal("""{"max_length":128,"normalize":true,"pooling":"cls","empty":"","tail":"a=b","quoted":"\u00225\u0022"}""", parameters.ToJsonString());
    }

    [Theory]
    [InlineData("--task token-classification --aggregation-strategy average", """{"aggregation_strategy":"average"}""")]
    [InlineData("--task zero-shot-classification --candidate-labels sport,politics --multi-label", """{"candidate_labels":"sport,politics","multi_label":true}""")]
    [InlineData("--task zero-shot-classification --param candidate_labels=[\"a,b\",\"c\"] --multi-label false", """{"candidate_labels":["a,b","c"],"multi_label":false}""")]
    [InlineData("--task feature-extraction --pooling cls --dimensions 64 --prefix 7", """{"dimensions":64,"pooling":"cls","prefix":"7"}""")]
    [InlineData("--top-k 3 --max-length 128", """{"max_length":128,"top_k":3}""")]
    [InlineData("--task question-answering --param doc_stride=64", """{"doc_stride":64}""")]
    [InlineData("--max-new-tokens 8 --min-new-tokens 2 --do-sample --temperature 0.7 --top-k 3 --top-p 0.9 --seed 7",
        """{"do_sample":true,"max_new_tokens":8,"min_new_tokens":2,"seed":7,"temperature":0.7,"top_k":3,"top_p":0.9}""")]
    [InlineData("--task text2text-generation --num-beams 4 --length-penalty 2 --early-stopping --num-return-sequences 2 --no-repeat-ngram-size 3 --repetition-penalty 1.2",
        """{"early_stopping":true,"length_penalty":2,"no_repeat_ngram_size":3,"num_beams":4,"num_return_sequences":2,"repetition_penalty":1.2}""")]
    [InlineData("--task text-generation --early-stopping never --do-sample false", """{"do_sample":false,"early_stopping":"never"}""")]
    [InlineData("--task text-generation --eos-token-id 5 --suppress-tokens [5,6] --bad-words-ids [[7],[8,9]] --add-special-tokens false",
        """{"add_special_tokens":false,"bad_words_ids":[[7],[8,9]],"eos_token_id":5,"suppress_tokens":[5,6]}""")]
    [InlineData("--task text-scoring --return-logprobs --truncation", """{"return_logprobs":true,"truncation":true}""")]
    [InlineData("--task text-generation --stop-strings a,b", """{"stop_strings":"a,b"}""")]
    [InlineData("--task text-generation --stop-strings ,", """{"stop_strings":","}""")]
    [InlineData("--task text-generation --stop-strings 5", """{"stop_strings":"5"}""")]
    [InlineData("--task text-generation --stop-strings [END]", """{"stop_strings":"[END]"}""")]
    [InlineData("--task text-generation --stop-strings [\"a,b\",\"c\"]", """{"stop_strings":["a,b","c"]}""")]
    [InlineData("--task text-generation --stop-strings \nQ:", """{"stop_strings":"\nQ:"}""")]
    public void Every_parameter_is_an_option_of_its_own(string line, string parameters) => Assert.Equal(parameters, ReadParameters(line)!.ToJsonString());

    [Theory]
    [InlineData("--task token-classification --aggregation-strategy best", "--aggregation-strategy must be one of: none, simple, first, average, max.")]
    [InlineData("--task text-classification --pooling cls", "--pooling is not a parameter of text-classification")]
    [InlineData("--task zero-shot-classification", "--candidate-labels is needed")]
    [InlineData("--top-k 3 --param top_k=4", "say the same")]
    [InlineData("--task knitting", "'knitting' is no task")]
    [InlineData("--task text-generation --num-beams 0", "--num-beams must be")]
    [InlineData("--task text-generation --max-new-tokens some", "--max-new-tokens must be")]
    [InlineData("--task text-generation --early-stopping soon", "--early-stopping must be true, false or never")]
    [InlineData("--task text-scoring --max-new-tokens 4", "--max-new-tokens is not a parameter of text-scoring")]
    public void A_wrong_parameter_is_named_as_it_was_typed(string line, string problem) =>
        Assert.Contains(problem, Assert.Throws<CliException>(() => ReadParameters(line)).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("a.jsonl", RecordFormat.Jsonl)]
    [InlineData("a.NDJSON.gz", RecordFormat.Jsonl)]
    [InlineData("a.b.csv", RecordFormat.Csv)]
    [InlineData("a.txt.GZ", RecordFormat.Text)]
    public void A_files_name_tells_its_format(string name, RecordFormat format) => Assert.Equal(format, InputFormat.Resolve(null, name));

    [Theory]
    [InlineData(null, "a.parquet")]
    [InlineData(null, "-")]
    [InlineData("xml", "a.csv")]
    public void A_format_that_is_unknown_is_asked_for(string? said, string name) =>
        Assert.Contains("jsonl", Assert.Throws<CliException>(() => InputFormat.Resolve(said, name)).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("http://127.0.0.1:5080;http://localhost:1", true)]
    [InlineData("http://[::1]:5080", true)]
    [InlineData("http://127.0.0.1:1;http://0.0.0.0:2", false)]
    [InlineData("http://*:5080", false)]
    [InlineData("http://+:5080", false)]
    public void An_address_that_others_reach_is_known_as_such(string urls, bool loopback) =>
        Assert.Equal(loopback, ListenAddress.IsLoopback(ListenAddress.Check(urls)));

    [Theory]
    [InlineData("127.0.0.1:5080", "should look like")]
    [InlineData("http://127.0.0.1:99999", "a number from 0")]
    [InlineData("http://127.0.0.1:5080;http://*:70000", "'http://*:70000' has a port that is none")]
    public void An_address_that_is_none_is_refused(string urls, string said) =>
        Assert.Contains(said, Assert.Throws<CliException>(() => ListenAddress.Check(urls)).Message, StringComparison.Ordinal);

    private static System.Text.Json.Nodes.JsonObject? ReadParameters(string line)
    {
        var (command, task, parameters) = (new System.CommandLine.RootCommand(), new System.CommandLine.Option<string?>("--task"), new ParameterOptions());
        command.Add(task);
        parameters.AddTo(command);
        var parsed = command.Parse(line.Split(' '));
        Assert.Empty(parsed.Errors);
        return parameters.Read(parsed, parsed.GetValue(task));
    }

    [Fact]
    public void The_data_folder_is_the_one_said_else_the_variables_else_the_users()
    {
        var env = CliEnvironment.OfProcess() with { Variable = n => n == "BATCHINFER_DATA" ? "/from/variable" : null };
        Assert.Equal(Path.GetFullPath("said"), Folders.Data(env, "said"));
        Assert.Equal("/from/variable", Folders.Data(env, null));
        Assert.EndsWith("batchinfer", Folders.Data(env with { Variable = _ => "" }, null), StringComparison.Ordinal);
    }
}
