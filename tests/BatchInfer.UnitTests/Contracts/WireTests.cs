using System.Text.Json;
using BatchInfer.Contracts;
using MassTransit;

namespace BatchInfer.UnitTests.Contracts;

/// <summary>
/// Messages of the version before and of the version after this one: services of both are on the wire during an upgrade, so a
/// message is only ever added to, and what is added has a default.
/// </summary>
public sealed class WireTests
{
    /// <summary>As the bus writes them.</summary>
    private static readonly JsonSerializerOptions Options = new(JsonSerializerDefaults.Web);

    /// <summary>Messages as version 0.1.0 wrote them. These lines never change; a message that is new gets a line of its own.</summary>
    public static TheoryData<Type, string> Written { get; } = new()
    {
        {
            typeof(InferShard),
            """
            {"shard":{"jobId":"0198c0de-0000-7000-8000-000000000001","number":7},"attempt":2,"model":"m","revision":"r","task":"text-classification","parameters":"{}",
            "corpus":"file:///data/file-1","schema":{"format":"jsonl","textField":"text","textPairField":null,"idField":"id","csvHeader":null},
            "offset":10,"length":20,"firstOrdinal":30,"firstLine":31,"recordCount":40}
            """
        },
        {
            typeof(PredictionsProduced),
            """
            {"shard":{"jobId":"0198c0de-0000-7000-8000-000000000001","number":7},"attempt":2,"model":"m","revision":"r","task":"t","recordCount":2,"worker":"w",
            "startedAt":"2026-01-02T03:04:05+00:00",
            "predictions":[{"key":"0198c0de-0000-7000-8000-000000000002","input":"a","inputPair":null,"output":"[]","embedding":null,"tokens":3,"paddedTokens":4}],
            "items":[{"ordinal":0,"customId":"x","key":"0198c0de-0000-7000-8000-000000000002","kind":0,"error":null},
            {"ordinal":1,"customId":"y","key":null,"kind":3,"error":{"code":"empty_text","message":"Empty.","line":2}}]}
            """
        },
        {
            typeof(ShardPersisted),
            """
            {"shard":{"jobId":"0198c0de-0000-7000-8000-000000000001","number":7},"attempt":2,"worker":"w",
            "counts":{"computed":1,"cached":2,"duplicates":1,"failed":3,"tokens":4,"paddedTokens":5,"total":6},
            "startedAt":"2026-01-02T03:04:05+00:00","persistedAt":"2026-01-02T03:04:06+00:00"}
            """
        },
        { typeof(ShardDiscarded), """{"shard":{"jobId":"0198c0de-0000-7000-8000-000000000001","number":7},"attempt":2}""" },
        { typeof(JobCancelled), """{"jobId":"0198c0de-0000-7000-8000-000000000001"}""" },
        { typeof(FindKnownKeys), """{"keys":"AAECAwQFBgcICQoLDA0ODw=="}""" },
        { typeof(KnownKeys), """{"known":"AQ=="}""" },
        {
            typeof(WorkerAnnounced),
            """
            {"worker":"w","host":"h","models":[{"name":"m","revision":"r","architecture":"A","defaultTask":"t","tasks":{"t":"{}"},"contextLength":128,"labels":["a"],"sizeBytes":9}],
            "shardsInHand":[{"jobId":"0198c0de-0000-7000-8000-000000000001","number":7}],"sentAt":"2026-01-02T03:04:05+00:00","leaving":false}
            """
        },
        { typeof(ShardReturned), """{"shard":{"jobId":"0198c0de-0000-7000-8000-000000000001","number":7},"attempt":2,"unanswered":true}""" },
        { typeof(SuspectStarting), """{"shard":{"jobId":"0198c0de-0000-7000-8000-000000000001","number":7},"attempt":2,"worker":"w"}""" },
        { typeof(SuspectMayStart), """{"granted":true}""" },
        { typeof(FindFailedRecords), """{"jobId":"0198c0de-0000-7000-8000-000000000001","after":-1,"count":100}""" },
        { typeof(FailedRecords), """{"ordinals":[1,2,5]}""" },
        // A shard with a prompt, of an object; parts of a shard that was cut.
        {
            typeof(InferShard),
            """
            {"shard":{"jobId":"0198c0de-0000-7000-8000-000000000001","number":8},"attempt":1,"model":"m","revision":"r","task":"text-generation","parameters":"{}",
            "corpus":"s3://b/k","schema":{"format":"csv","textField":"text","textPairField":"pair","idField":null,"csvHeader":"text,pair","fields":true},
            "offset":10,"length":20,"firstOrdinal":30,"firstLine":31,"recordCount":40,"only":[30,31],"alone":true,"condemned":"It dies.",
            "prompt":{"template":"{{ text }}","system":"Short.","examples":[{"input":"a","output":"b"}],"chat":true},
            "version":{"bytes":9,"eTag":"e","versionId":"v","lastModified":"2026-01-02T03:04:05+00:00"}}
            """
        },
        { typeof(ClaimKeys), """{"shard":{"jobId":"0198c0de-0000-7000-8000-000000000001","number":7},"attempt":2,"keys":"AAECAwQFBgcICQoLDA0ODw==","failed":""}""" },
        { typeof(KeysClaimed), """{"granted":"AQ=="}""" },
        { typeof(CountTokens), """{"revision":"r","task":"t","parameters":"{}","inputs":[{"text":"a","textPair":null},{"text":"b","textPair":"c"}]}""" },
        {
            typeof(CountTokens),
            """{"revision":"r","task":"t","parameters":"{}","inputs":[{"text":"","messages":[{"role":"user","content":"a"}]}],"chat":true}"""
        },
        { typeof(TokensCounted), """{"tokens":12}""" },
        { typeof(TokensCounted), """{"tokens":0,"each":null,"chatProblem":"It has none."}""" },
        { typeof(TokensCounted), """{"tokens":12,"each":[5,7]}""" },
        { typeof(DeleteJobRecords), """{"jobId":"0198c0de-0000-7000-8000-000000000001","count":100}""" },
        { typeof(JobRecordsDeleted), """{"deleted":7}""" },
        {
            typeof(TrimPredictions),
            """{"revisions":["r"],"except":["s"],"before":"2026-01-02T03:04:05+00:00","after":"0198c0de-0000-7000-8000-000000000002","count":100,"dryRun":true}"""
        },
        { typeof(PredictionsTrimmed), """{"examined":9,"deleted":7,"next":"0198c0de-0000-7000-8000-000000000002"}""" },
        {
            typeof(ModelsPromoted),
            """
            {"models":[{"model":{"name":"m","revision":"r","architecture":"A","defaultTask":"t","tasks":{"t":"{}"},"contextLength":128,"labels":["a"],"sizeBytes":9,"prompts":{"query":"q: "}},
            "version":3}]}
            """
        },
        { typeof(CheckWorker), """{"id":"0198c0de-0000-7000-8000-000000000002","corpus":"file:///data/file-1"}""" },
        { typeof(CheckWorker), """{"id":"0198c0de-0000-7000-8000-000000000002","corpus":"file:///data/file-1","input":"s3://bucket/a%20b"}""" },
        {
            typeof(WorkerChecked),
            """
            {"id":"0198c0de-0000-7000-8000-000000000002","worker":"w","version":"0.1.0","at":"2026-01-02T03:04:05+00:00","corpusProblem":null,"modelProblems":{"m":"It is gone."},"freeBytes":9}
            """
        },
        {
            typeof(WorkerChecked),
            """
            {"id":"0198c0de-0000-7000-8000-000000000002","worker":"w","version":"0.1.0","at":"2026-01-02T03:04:05+00:00","corpusProblem":null,"modelProblems":{},"freeBytes":9,
            "input":{"isReadable":false,"found":"There is no file.","advice":"Mount it.","isRefused":true}}
            """
        },
    };

    [Fact]
    public void Every_message_that_is_consumed_has_a_line()
    {
        var consumed = new[] { typeof(global::BatchInfer.Coordinator.CoordinatorModule), typeof(global::BatchInfer.Results.ResultsModule), typeof(global::BatchInfer.Worker.WorkerModule) }
            .SelectMany(module => module.Assembly.GetTypes()).SelectMany(type => type.GetInterfaces())
            .Where(i => i.IsGenericType && i.GetGenericTypeDefinition() == typeof(IConsumer<>)).Select(i => i.GetGenericArguments()[0])
            .Select(message => message.IsGenericType ? message.GetGenericArguments()[0] : message).Distinct().ToList();
        Assert.NotEmpty(consumed);
        Assert.Empty(consumed.Except(Written.Select(w => w.Data.Item1)).Select(t => t.Name));
    }

    [Theory]
    [MemberData(nameof(Written))]
    public void What_an_earlier_version_wrote_is_read_and_written_the_same(Type type, string json)
    {
        object message = JsonSerializer.Deserialize(json, type, Options)!;
        using var before = JsonDocument.Parse(json);
        using var after = JsonDocument.Parse(JsonSerializer.Serialize(message, type, Options));
        AssertHolds(before.RootElement, after.RootElement, type.Name);
    }

    [Theory]
    [MemberData(nameof(Written))]
    public void What_a_later_version_adds_is_passed_over(Type type, string json)
    {
        string later = "{\"addedLater\":{\"a\":[1,2]}," + json.TrimStart()[1..];
        Assert.Equal(JsonSerializer.Serialize(JsonSerializer.Deserialize(json, type, Options), type, Options),
            JsonSerializer.Serialize(JsonSerializer.Deserialize(later, type, Options), type, Options));
    }

    [Fact]
    public void A_shard_of_an_earlier_coordinator_means_what_it_meant_there()
    {
        var shard = JsonSerializer.Deserialize<InferShard>(Written.First(w => w.Data.Item1 == typeof(InferShard)).Data.Item2, Options)!;
        Assert.Equal((null, false, null), (shard.Only, shard.Alone, shard.Condemned));
        Assert.Equal((null, null), (shard.Prompt, shard.Version));
    }

    /// <summary>Every member that was written is still there with its value; there may be more.</summary>
    private static void AssertHolds(JsonElement before, JsonElement after, string path)
    {
        if (before.ValueKind == JsonValueKind.Object)
        {
            foreach (var member in before.EnumerateObject())
            {
                Assert.True(after.TryGetProperty(member.Name, out var value), $"{path}.{member.Name} is gone.");
                AssertHolds(member.Value, value, $"{path}.{member.Name}");
            }
        }
        else if (before.ValueKind == JsonValueKind.Array)
        {
            Assert.Equal(before.GetArrayLength(), after.GetArrayLength());
            foreach (var (item, value) in before.EnumerateArray().Zip(after.EnumerateArray())) AssertHolds(item, value, path + "[]");
        }
        else
        {
            Assert.True(JsonElement.DeepEquals(before, after), $"{path} was {before.GetRawText()} and is {after.GetRawText()}.");
        }
    }
}
