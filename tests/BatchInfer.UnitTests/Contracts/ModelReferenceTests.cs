using BatchInfer.Contracts;

namespace BatchInfer.UnitTests.Contracts;

public sealed class ModelReferenceTests
{
    [Theory]
    [InlineData("sentiment", "sentiment", null)]
    [InlineData("sentiment:int8@ABCDEF012345", "sentiment:int8", "abcdef012345")]
    [InlineData("team@home@0123456", "team@home", "0123456")]
    [InlineData("team@home", "team@home", null)]
    [InlineData("short@abcde", "short@abcde", null)]
    [InlineData("@abcdef", "@abcdef", null)]
    public void Hex_digits_behind_the_last_at_are_a_revision(string text, string name, string? revision) =>
        Assert.Equal(new ModelReference(name, revision), ModelReference.Parse(text));

    [Fact]
    public void A_beginning_matches_its_revisions_and_no_revision_matches_all()
    {
        Assert.True(ModelReference.Parse("m@abcdef").Matches("abcdef99"));
        Assert.False(ModelReference.Parse("m@abcdef").Matches("abcde"));
        Assert.True(ModelReference.Parse("m").Matches("anything"));
        Assert.Equal("m@abcdef", ModelReference.Parse("m@ABCDEF").ToString());
    }
}
