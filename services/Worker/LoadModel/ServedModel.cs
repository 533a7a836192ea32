using BatchInfer.Inference;

namespace BatchInfer.Worker.LoadModel;

/// <summary>A model with what its folder looked like when its revision was computed.</summary>
/// <param name="Package">The model.</param>
/// <param name="Signature">The folder's <see cref="FolderSignature"/>.</param>
internal sealed record ServedModel(ModelPackage Package, string Signature)
{
    /// <summary>Whether the files are those of the revision still.</summary>
    public bool IsUnchanged => Directory.Exists(Package.Directory) && FolderSignature.Of(Package.Directory) == Signature;
}
