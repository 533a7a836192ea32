namespace BatchInfer.IntegrationTests.Faults;

/// <summary>An embedder that does at one word what models do at worst, by nothing but its graph.</summary>
internal sealed class PoisonModel : IDisposable
{
    /// <summary>The word it does it at.</summary>
    public const string Word = "broken";

    private readonly TestModelFolder _model = new();
    private readonly TemporaryFolder _models = new();

    private PoisonModel(TestGraph graph)
    {
        _model.Write("model.onnx", graph.Initializer("table", TestModelFolder.Table(4, (id, i) => id + i * 100)).Input("input_ids").Input("attention_mask")
            .Output("last_hidden_state", -1, -1, 4).ToModel());
        _model.Save();
        Directory.CreateSymbolicLink(_models["poison"], _model.Root);
    }

    /// <summary>A models folder with this model, called <c>poison</c>.</summary>
    public string Folder => _models.Path;

    /// <summary>Divides the least whole number by -1: the processor stops the process (SIGFPE), as ONNX Runtime only looks out for zero.</summary>
    public static PoisonModel Killing() => new(new TestGraph()
        .ListInitializer("divisors", [.. TestModelFolder.Vocabulary.Select(word => word == Word ? -1L : 1L)])
        .ScalarInitializer("least", long.MinValue)
        .Node("Gather", ["divisors", "input_ids"], "divisor")
        .Node("Div", ["least", "divisor"], "quotient")
        .Node("Sub", ["quotient", "least"], "nothing")
        .Node("Add", ["input_ids", "nothing"], "ids")
        .Node("Gather", ["table", "ids"], "last_hidden_state"));

    /// <summary>Asks for more memory than any machine has.</summary>
    public static PoisonModel Swelling() => new(new TestGraph()
        .ListInitializer("sizes", [.. TestModelFolder.Vocabulary.Select(word => word == Word ? 1L << 50 : 1L)]).ListInitializer("one", 1)
        .ScalarInitializer("zero", 0)
        .Node("Gather", ["sizes", "input_ids"], "size of each")
        .Node("ReduceMax", ["size of each"], "largest")
        .Node("Reshape", ["largest", "one"], "shape")
        .Node("Expand", ["zero", "shape"], "many zeros")
        .Node("ReduceMax", ["many zeros"], "nothing")
        .Node("Reshape", ["nothing", "one"], "offset")
        .Node("Add", ["input_ids", "offset"], "ids")
        .Node("Gather", ["table", "ids"], "last_hidden_state"));

    /// <summary>Puts another model beside it.</summary>
    public void AddBeside(string folder) => Directory.CreateSymbolicLink(_models[Path.GetFileName(folder)], folder);

    public void Dispose()
    {
        _models.Dispose();
        _model.Dispose();
    }
}
