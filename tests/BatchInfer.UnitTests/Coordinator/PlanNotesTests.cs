using BatchInfer.Contracts;
using BatchInfer.Coordinator.Data;
using BatchInfer.Coordinator.EstimateJob;

namespace BatchInfer.UnitTests.Coordinator;

/// <summary>What a plan says it could not tell.</summary>
public sealed class PlanNotesTests
{
    [Theory]
    [InlineData("""{"system":"Short."}""", 0, true)]
    [InlineData("""{"system":"Short."}""", 1, false)]
    [InlineData(null, 0, false)]
    public void Prompts_that_no_worker_could_check_are_said_to_be_unchecked(string? prompt, int workers, bool said)
    {
        var job = new Job
        {
            Id = Guid.Empty, Model = "m", Revision = new string('0', 64), Task = TaskNames.TextGeneration, Parameters = "{}", FileId = "f", TextField = "text", Metadata = "{}", Prompt = prompt,
        };
        var notes = PlanNotes.Of(job, toCompute: 1, keysAreKnown: true, tokensAreKnown: workers > 0, paceIsKnown: true, workers);
        Assert.Equal(said, notes.Any(n => n.Contains("prompts fit the model is not checked", StringComparison.Ordinal)));
    }

    [Fact]
    public void The_first_malformed_records_are_named_with_their_lines()
    {
        RecordError[] first = [new(ErrorCodes.EmptyText, "It is empty.", 3), new(ErrorCodes.MissingField, "It has no text.", 7)];
        Assert.Equal(["2 malformed: line 3: It is empty. line 7: It has no text."], PlanNotes.OfRecords(2, first));
        Assert.Equal(["9 malformed, the first: line 3: It is empty. line 7: It has no text."], PlanNotes.OfRecords(9, first));
        Assert.Empty(PlanNotes.OfRecords(0, []));
    }
}
