using BatchInfer.Corpus;

namespace BatchInfer.IntegrationTests.ObjectStores;

/// <summary>A second server that speaks S3, by another maker.</summary>
public sealed class MotoStorageTests(ObjectServers servers, MotoServer moto) : ObjectStorageContract(servers), IClassFixture<ObjectServers>, IClassFixture<MotoServer>
{
    protected override ObjectStorageOptions Options() => moto.Options();

    protected override string At(string key) => $"s3://{ObjectServers.Bucket}/{key}";

    protected override Task PutAsync(string key, byte[] bytes) => moto.PutAsync(key, bytes, Ct);
}
