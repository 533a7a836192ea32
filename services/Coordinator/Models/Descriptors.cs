using System.Text.Json;
using BatchInfer.Contracts;
using BatchInfer.Coordinator.Data;

namespace BatchInfer.Coordinator.Models;

/// <summary>Reads stored descriptors.</summary>
internal static class Descriptors
{
    public static ModelDescriptor Descriptor(this KnownModel model) => Parse(model.Descriptor);

    public static ModelDescriptor ToDescriptor(this KnownRevision revision) => Parse(revision.Descriptor);

    public static PromotedModel Promoted(this KnownModel model) => new(model.Descriptor(), model.Version);

    private static ModelDescriptor Parse(string json) => JsonSerializer.Deserialize<ModelDescriptor>(json, ApiJson.Options)!;
}
