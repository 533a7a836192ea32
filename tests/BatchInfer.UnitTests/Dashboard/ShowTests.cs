using BatchInfer.Dashboard.Layout;

namespace BatchInfer.UnitTests.Dashboard;

public sealed class ShowTests
{
    [Theory]
    [InlineData(0.0314, "31 ms")]
    [InlineData(59.94, "59.9 s")]
    [InlineData(61, "1 min 01 s")]
    [InlineData(599, "9 min 59 s")]
    [InlineData(692, "11 min")]
    [InlineData(3_660, "1 h 01 min")]
    [InlineData(43_500, "12 h")]
    [InlineData(100_000, "1 d 03 h")]
    [InlineData(double.MaxValue, "36458 d 08 h")]
    public void A_duration_has_no_more_units_than_say_something(double seconds, string shown) => Assert.Equal(shown, Show.Duration(seconds));
}
