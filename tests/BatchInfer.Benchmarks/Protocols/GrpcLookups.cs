using BatchInfer.Results.Data;
using BatchInfer.Results.LookUpPredictions;
using BatchInfer.Results.Models;
using Google.Protobuf;
using Grpc.Core;

namespace BatchInfer.Benchmarks.Protocols;

/// <summary>The lookups of <c>/v1/predictions</c> over gRPC, on the product's own store and cache.</summary>
internal sealed class GrpcLookups(IPredictionStore store, ResolvedModels models, SingleLookUp lookUp) : Lookups.LookupsBase
{
    public override async Task<OneAnswer> One(OneRequest request, ServerCallContext context)
    {
        var model = await ResolveAsync(request.Model, context.CancellationToken);
        var question = new LookUpAnswer(model.Keys!.Create(request.Input, null), model.Asked, Input: request.Input);
        var answer = await lookUp.FindAsync(question, context.CancellationToken) ?? throw new RpcException(new Status(StatusCode.NotFound, "Nothing is stored."));
        return new OneAnswer { Json = UnsafeByteOperations.UnsafeWrap(answer.Body) };
    }

    public override async Task<ManyAnswer> Many(ManyRequest request, ServerCallContext context)
    {
        var model = await ResolveAsync(request.Model, context.CancellationToken);
        Guid[] keys = [.. request.Inputs.Select(input => model.Keys!.Create(input, null))];
        var answer = new ManyAnswer();
        int i = 0;
        await foreach (var found in store.FindEachAsync(keys, context.CancellationToken))
        {
            answer.Data.Add(Entry(keys[i], request.Inputs[i], model.Asked!, found));
            i++;
        }

        return answer;
    }

    private async ValueTask<ResolvedModel> ResolveAsync(string name, CancellationToken ct)
    {
        var model = await models.ResolveAsync(name, null, null, ct);
        return model.IsResolved ? model : throw new RpcException(new Status(StatusCode.InvalidArgument, model.Problem));
    }

    private static Entry Entry(Guid key, string input, AskedModel asked, StoredPrediction? found)
    {
        var entry = new Entry { Found = found is not null, Key = Bytes(key), Input = input, Model = asked.Name, Revision = asked.Revision, Task = asked.Task };
        if (found is null) return entry;
        entry.Output = UnsafeByteOperations.UnsafeWrap(found.Output.Json);
        entry.Parameters = found.Predictor.Parameters;
        entry.JobId = Bytes(found.JobId);
        entry.CreatedAt = found.CreatedAt.ToUnixTimeMilliseconds();
        return entry;
    }

    private static ByteString Bytes(Guid id) => UnsafeByteOperations.UnsafeWrap(id.ToByteArray(bigEndian: true));
}
