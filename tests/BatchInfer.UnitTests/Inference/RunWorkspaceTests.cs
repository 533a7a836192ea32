using BatchInfer.Inference;

namespace BatchInfer.UnitTests.Inference;

public sealed class RunWorkspaceTests
{
    [Theory]
    [InlineData(512, 4096)]
    [InlineData(8192, 16384)]
    public void Only_what_goes_far_beyond_the_budget_gives_its_memory_back(int budget, int from)
    {
        using var workspace = new RunWorkspace(budget);
        Assert.Same(workspace.Options, workspace.OptionsFor(from - 1));
        Assert.NotSame(workspace.Options, workspace.OptionsFor(from));
    }

    [Fact]
    public void Buffers_are_kept_but_for_those_of_an_oversize_run()
    {
        using var workspace = new RunWorkspace(512);
        _ = workspace.OptionsFor(512);
        var (input, output) = (workspace.Input<long>(0, 512), workspace.Output(0, 512));
        workspace.EndRun();
        Assert.Same(input, workspace.Input<long>(0, 512));
        Assert.Same(output, workspace.Output(0, 512));
        _ = workspace.OptionsFor(1 << 16);
        (input, output) = (workspace.Input<long>(0, 1 << 16), workspace.Output(0, 1 << 16));
        workspace.EndRun();
        Assert.InRange(workspace.Input<long>(0, 512).Length, 512, 1024);
        Assert.InRange(workspace.Output(0, 512).Length, 512, 1024);
        Assert.True(input.Length + output.Length >= 2 << 16);
    }
}
