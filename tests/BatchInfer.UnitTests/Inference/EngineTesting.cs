using BatchInfer.Contracts;
using BatchInfer.Inference;

namespace BatchInfer.UnitTests.Inference;

internal static class EngineTesting
{
    /// <summary>Runs some texts and returns their rows in input order, each exactly once.</summary>
    public static async Task<RowOutput[]> RunAsync(this InferenceEngine engine, IReadOnlyList<TextInput> inputs, string parameters = "{}", string? task = null)
    {
        var rows = new RowOutput?[inputs.Count];
        await foreach (var batch in engine.InferAsync(
            task ?? engine.Descriptor.DefaultTask, InferenceParameters.Parse(parameters), inputs, TestContext.Current.CancellationToken))
            foreach (var row in batch)
            {
                Assert.Null(rows[row.Index]);
                rows[row.Index] = row;
            }

        return [.. rows.Select(r => Assert.NotNull(r))];
    }

    public static Task<RowOutput[]> RunAsync(this InferenceEngine engine, string parameters, params string[] texts) =>
        engine.RunAsync([.. texts.Select(t => new TextInput(t, null))], parameters);
}
