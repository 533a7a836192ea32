using CsCheck;

namespace BatchInfer.Tests;

/// <summary>
/// Property-based tests whose cases are the same in every run: case n is generated from seed n. A case that fails is shrunk, and
/// the failure names the seed of the smallest one.
/// </summary>
internal static class Seeded
{
    private const uint Stream = 2026;

    /// <summary>Checks a property on so many cases; the property fails by throwing.</summary>
    public static void Check<T>(Gen<T> cases, int count, Action<T> property)
    {
        TestContext.Current.TestOutputHelper?.WriteLine($"Seeds 0 to {count - 1} of stream {Stream}");
        for (uint seed = 0; seed < count; seed++)
        {
            var random = new PCG(Stream, (ulong)seed);
            string name = random.ToString();
            try
            {
                property(cases.Generate(random, null, out _));
            }
            catch (Exception e)
            {
                TestContext.Current.TestOutputHelper?.WriteLine($"Case {seed} (seed \"{name}\") failed: {e.Message}");
                cases.Sample(property, seed: name, iter: 200, threads: 1);
                throw;
            }
        }
    }

    /// <summary>The same for a property that waits for something.</summary>
    public static async Task CheckAsync<T>(Gen<T> cases, int count, Func<T, Task> property)
    {
        TestContext.Current.TestOutputHelper?.WriteLine($"Seeds 0 to {count - 1} of stream {Stream}");
        for (uint seed = 0; seed < count; seed++)
        {
            var random = new PCG(Stream, (ulong)seed);
            string name = random.ToString();
            var value = cases.Generate(random, null, out _);
            try
            {
                await property(value);
            }
            catch (Exception e)
            {
                throw new InvalidOperationException($"Case {seed} (seed \"{name}\") failed on {CsCheck.Check.Print(value)}: {e.Message}", e);
            }
        }
    }
}
