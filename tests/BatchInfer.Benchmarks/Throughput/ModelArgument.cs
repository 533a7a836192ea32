using BatchInfer.Benchmarks.Hosting;
using BatchInfer.Inference;

namespace BatchInfer.Benchmarks.Throughput;

/// <summary>A model of the benchmark: <c>NAME</c> or <c>NAME:VARIANT</c> of the assets, the same with a folder's full path in front, or the sample model.</summary>
internal sealed class ModelArgument : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    /// <param name="name">Its name.</param>
    /// <param name="samples">Texts by which an int8 variant is made where the model comes without one.</param>
    public ModelArgument(string name, Func<IReadOnlyList<string>>? samples = null)
    {
        Name = Path.GetFileName(name);
        string directory = name == "sentiment" ? Path.Combine(Repository.SampleModels, name) : BenchmarkAssets.Find("models", name.Split(':')[0]);
        // A models folder with this one only: workers digest every model they find when they start.
        ModelsFolder = _folder["models"];
        Directory.CreateDirectory(ModelsFolder);
        string own = Path.Combine(ModelsFolder, Folder);
        if (samples is not null && Name == $"{Folder}:{ModelQuantizer.Variant}") Quantize(Folder, directory, own, samples());
        else Directory.CreateSymbolicLink(own, Path.GetFullPath(directory));
        Package = ModelPackage.Read(Folder, own).FirstOrDefault(p => p.Descriptor.Name == Name)
            ?? throw new ArgumentException($"{directory} has no variant {Name}.");
    }

    // Ours, written beside a copy of the float model: what others have quantised is the peer's.
    private static void Quantize(string name, string from, string to, IReadOnlyList<string> samples)
    {
        foreach (string path in Directory.EnumerateFiles(from, "*", SearchOption.AllDirectories))
        {
            string copy = Path.Combine(to, Path.GetRelativePath(from, path));
            Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
            File.Copy(path, copy);
        }

        var model = ModelPackage.Read(name, to).First(p => p.Descriptor.Name == name);
        ModelQuantizer.Quantize(model, to, [.. samples.Select(t => new TextInput(t, null))], CancellationToken.None);
    }

    public string Name { get; }

    public string Folder => Name.Split(':')[0];

    public bool IsInt8 => Name.Contains(':', StringComparison.Ordinal);

    public string ModelsFolder { get; }

    public ModelPackage Package { get; }

    public void Dispose() => _folder.Dispose();
}
