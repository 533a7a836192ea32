using BatchInfer.Contracts;
using BatchInfer.Inference;
using BatchInfer.Worker;

namespace BatchInfer.UnitTests.Worker;

public sealed class RowLimitTests
{
    private static readonly RowOutput Row = new(7, "[]", null, 5, 6, 1, null, null);

    [Theory]
    [InlineData('a', RowLimit.MaxBytes - 2, true)]
    [InlineData('a', RowLimit.MaxBytes - 1, false)]
    [InlineData('я', RowLimit.MaxBytes / 2 - 1, true)]
    [InlineData('я', RowLimit.MaxBytes / 2, false)]
    [InlineData('"', RowLimit.MaxBytes / 2 - 1, true)]
    [InlineData('"', RowLimit.MaxBytes / 2, false)]
    public void A_text_and_its_prediction_fit_into_a_message_or_are_an_error_row(char of, int characters, bool fits)
    {
        string large = new(of, characters);
        Check(RowLimit.Apply(Row, large, null));
        Check(RowLimit.Apply(Row with { Json = large }, "[]", null));
        Check(RowLimit.Apply(Row with { Json = null }, "[]", large));

        void Check(in RowOutput row)
        {
            Assert.Equal((Row.Index, Row.Tokens), (row.Index, row.Tokens));
            Assert.Equal(fits ? null : ErrorCodes.TooLong, row.ErrorCode);
            if (!fits) Assert.Null(row.Json);
            if (!fits) Assert.Contains($"at most {RowLimit.MaxBytes:N0}", row.ErrorMessage, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void An_embedding_counts_as_a_message_writes_it()
    {
        int floats = RowLimit.MaxBytes / sizeof(float) * 3 / 4;
        Assert.Null(RowLimit.Apply(Row with { Json = null, Embedding = new float[floats] }, "", null).ErrorCode);
        Assert.Equal(ErrorCodes.TooLong, RowLimit.Apply(Row with { Json = null, Embedding = new float[floats] }, "more", null).ErrorCode);
    }

    [Fact]
    public void An_error_row_stays_as_it_is()
    {
        var failed = Row with { Json = null, ErrorCode = ErrorCodes.InvalidOutput, ErrorMessage = "NaN" };
        Assert.Equal(failed, RowLimit.Apply(failed, new string('a', RowLimit.MaxBytes + 1), null));
    }
}
