using BatchInfer.Contracts;

namespace BatchInfer.UnitTests.Contracts;

public sealed class ModelFilesTests
{
    [Theory]
    [InlineData("config.json", true)]
    [InlineData("onnx/model.onnx", true)]
    [InlineData("onnx/model.onnx_data", true)]
    [InlineData("model.onnx", true)]
    [InlineData("pytorch_model.bin", false)]
    [InlineData("onnx/model.onnx.part", false)]
    [InlineData("model.onnx.part", false)]
    [InlineData("onnx/model.onnx.abc.tmp", false)]
    [InlineData(".name.pull/onnx/model.onnx", false)]
    public void What_is_whole_and_belongs_to_a_model_is_served(string path, bool served) => Assert.Equal(served, ModelFiles.IsServed(path));
}
