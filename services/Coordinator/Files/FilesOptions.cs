using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace BatchInfer.Coordinator.Files;

/// <summary>Where corpora are kept and how workers read them, section <c>Files</c>.</summary>
internal sealed class FilesOptions
{
    public const string Section = "Files";

    /// <summary>Folder of the stored corpora.</summary>
    [Required(ErrorMessage = "Files:Folder is not set. Give the folder that keeps uploaded corpora, e.g. Files__Folder=/var/lib/batchinfer/files")]
    public string? Folder { get; set; }

    /// <summary>True where workers see the same folder under the same path: they then read it without HTTP.</summary>
    public bool SharedWithWorkers { get; set; }

    /// <summary>This service's address as workers reach it. Needed unless the folder is shared.</summary>
    public Uri? PublicUrl { get; set; }

    /// <summary>Largest corpus, unpacked.</summary>
    [Range(1, long.MaxValue)] public long MaxBytes { get; set; } = 1L << 40;

    /// <summary>Largest ratio of unpacked to packed bytes: beyond it an upload is taken for a decompression bomb.</summary>
    [Range(1, 1_000_000)] public double MaxCompressionRatio { get; set; } = 200;
}

[OptionsValidator]
internal sealed partial class FilesOptionsValidator : IValidateOptions<FilesOptions>;
