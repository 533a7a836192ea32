using System.Buffers;
using Microsoft.Extensions.Caching.Hybrid;

namespace BatchInfer.Results.LookUpPredictions;

/// <summary>How answers lie in the second level of the cache.</summary>
internal sealed class CachedAnswerSerializer : IHybridCacheSerializer<CachedAnswer>
{
    public CachedAnswer Deserialize(ReadOnlySequence<byte> source) => CachedAnswer.Parse(source);

    public void Serialize(CachedAnswer value, IBufferWriter<byte> target) => value.Write(target);
}
