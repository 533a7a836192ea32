using BatchInfer.Inference;
using BatchInfer.Inference.OnnxSchema;
using Google.Protobuf;

namespace BatchInfer.UnitTests.Inference;

/// <summary>What is read of a graph without a session, also of the branches inside its nodes.</summary>
public sealed class OnnxGraphReaderTests
{
    [Fact]
    public void A_branch_has_operators_weights_and_files_and_no_inputs_or_outputs_of_the_model()
    {
        var branch = Graph("DynamicQuantizeLinear");
        branch.Initializer.Add(Weights("inner", 3, 5));
        branch.Initializer.Add(Weights("outside", 7, 2, "branch.onnx_data"));
        branch.Input.Add(new ValueInfoProto { Name = "loop state" });
        branch.Output.Add(new ValueInfoProto { Name = "result" });
        var graph = Graph("If");
        graph.Node[0].Attribute.Add(new AttributeProto { Name = "then_branch", G = branch });
        graph.Input.Add(new ValueInfoProto { Name = "inner" });
        // A list of branches is field 11, which our copy of the schema leaves out: it is carried through as it is.
        byte[] listed = Graph("Erf").ToByteArray();
        graph.Node[0].Attribute.Add(AttributeProto.Parser.ParseFrom([(11 << 3) | 2, (byte)listed.Length, .. listed]));
        var info = Read(graph);
        Assert.Equal(["DynamicQuantizeLinear", "Erf", "If"], info.Operators.Order(StringComparer.Ordinal));
        Assert.True(info.IsDynamicallyQuantized);
        Assert.Equal((3 * 5) + (7 * 2), info.Parameters);
        Assert.Equal(["branch.onnx_data"], info.ExternalFiles);
        Assert.Equal(["inner"], info.Inputs.Select(i => i.Name));
        Assert.Empty(info.Outputs);
    }

    [Theory]
    [InlineData(16, true)]
    [InlineData(17, false)]
    public void Branches_are_entered_to_a_depth(int depth, bool isRead)
    {
        var graph = Graph("Erf");
        for (int i = 0; i < depth; i++)
        {
            var outer = Graph("If");
            outer.Node[0].Attribute.Add(new AttributeProto { Name = "then_branch", G = graph });
            graph = outer;
        }

        if (isRead) Assert.Contains("Erf", Read(graph).Operators);
        else Assert.Contains("more than 16 deep", Assert.Throws<ModelFormatException>(() => Read(graph)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("ct2-aren-transliteration")]
    [InlineData("misaki-g2p-bart-us")]
    public void The_merged_decoder_of_a_quantised_model_entangles_its_rows(string name)
    {
        var models = ModelPackage.Read(name, Assets.Model(name));
        Assert.False(models.Single(m => m.Descriptor.Name == name).Generation!.RowsAreEntangled);
        var quantized = models.Single(m => m.Descriptor.Name == name + ":quantized").Generation!;
        Assert.Contains("merged", quantized.Decoder.Path, StringComparison.Ordinal);
        Assert.True(quantized.Decoder.Graph.IsDynamicallyQuantized);
        Assert.InRange(quantized.Decoder.Graph.Parameters, 100_000, long.MaxValue);
    }

    private static GraphProto Graph(string op)
    {
        var graph = new GraphProto { Name = "graph" };
        graph.Node.Add(new NodeProto { OpType = op });
        return graph;
    }

    private static TensorProto Weights(string name, long rows, long columns, string? file = null)
    {
        var tensor = new TensorProto { Name = name, DataType = OnnxTensorInfo.Float };
        tensor.Dims.Add([rows, columns]);
        if (file is not null) tensor.ExternalData.Add(new StringStringEntryProto { Key = "location", Value = file });
        return tensor;
    }

    private static OnnxGraphInfo Read(GraphProto graph)
    {
        string path = Path.GetTempFileName();
        try
        {
            File.WriteAllBytes(path, new ModelProto { Graph = graph }.ToByteArray());
            return OnnxGraphReader.Read(path);
        }
        finally
        {
            File.Delete(path);
        }
    }
}
