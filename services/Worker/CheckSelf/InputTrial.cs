using BatchInfer.Contracts;
using BatchInfer.Corpus;
using Microsoft.Extensions.Options;

namespace BatchInfer.Worker.CheckSelf;

/// <summary>Tries whether this worker can read a corpus, within the same bounds as the corpora of jobs.</summary>
internal sealed class InputTrial(ObjectStorage objects, IOptions<CorporaOptions> options)
{
    private readonly CorpusTrial _trial = new(objects, options.Value.Roots, "Corpora__Roots__0");

    public Task<InputTried> RunAsync(Uri input, CancellationToken ct) => _trial.RunAsync(input, ct);
}
