using BatchInfer.Benchmarks.Hosting;
using BatchInfer.Inference;

namespace BatchInfer.Benchmarks.Throughput;

/// <summary>A model of the benchmark: <c>NAME</c> or <c>NAME:VARIANT</c> of the assets, or the sample model.</summary>
internal sealed class ModelArgument : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public ModelArgument(string name)
    {
        Name = name;
        string folder = name.Split(':')[0];
        string directory = folder == "sentiment" ? Path.Combine(Repository.SampleModels, folder) : BenchmarkAssets.Find("models", folder);
        // A models folder with this one only: workers digest every model they find when they start.
        ModelsFolder = _folder["models"];
        Directory.CreateDirectory(ModelsFolder);
        Directory.CreateSymbolicLink(Path.Combine(ModelsFolder, folder), Path.GetFullPath(directory));
        Package = ModelPackage.Read(folder, directory).FirstOrDefault(p => p.Descriptor.Name == name)
            ?? throw new ArgumentException($"{directory} has no variant {name}.");
    }

    public string Name { get; }

    public string Folder => Name.Split(':')[0];

    public bool IsInt8 => Name.Contains(':', StringComparison.Ordinal);

    public string ModelsFolder { get; }

    public ModelPackage Package { get; }

    public void Dispose() => _folder.Dispose();
}
