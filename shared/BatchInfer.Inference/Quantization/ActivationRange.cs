namespace BatchInfer.Inference;

/// <summary>
/// A histogram of an activation's values that widens as larger ones come, and the range of them worth representing in a byte.
/// </summary>
internal sealed class ActivationRange
{
    private const int Bins = 4096, Half = Bins / 2, ClipSteps = 24;
    private readonly long[] _counts = new long[Bins];
    private float _width = 1f / (1 << 16);
    private float _min, _max;

    public void Add(ReadOnlySpan<float> values)
    {
        foreach (float value in values)
        {
            if (!float.IsFinite(value)) continue;
            _min = Math.Min(_min, value);
            _max = Math.Max(_max, value);
            while (MathF.Abs(value) >= Half * _width) Widen();
            _counts[BinOf(value)]++;
        }
    }

    /// <summary>
    /// Scale and zero point of an unsigned byte with the least squared error over what was seen. Cutting off a few rare, large
    /// values makes all others finer; zero itself stays exact, since padding and masks are zeros.
    /// </summary>
    public (float Scale, byte ZeroPoint) Choose()
    {
        var (best, bestError) = (Quantize(_min, _max), double.PositiveInfinity);
        for (int l = 0; l < ClipSteps; l++)
            for (int h = 0; h < ClipSteps; h++)
            {
                float low = _min * (1 - (float)l / ClipSteps), high = _max * (1 - (float)h / ClipSteps);
                if (high <= low) continue;
                double error = SquaredError(low, high);
                if (error < bestError) (best, bestError) = (Quantize(low, high), error);
                if (_max == 0) break;
            }

        return best;
    }

    private static (float Scale, byte ZeroPoint) Quantize(float low, float high)
    {
        float scale = (high - low) / byte.MaxValue;
        return scale <= 0 ? (1, 0) : (scale, (byte)Math.Clamp(MathF.Round(-low / scale), 0, byte.MaxValue));
    }

    private double SquaredError(float low, float high)
    {
        double step = (high - low) / byte.MaxValue, rounding = step * step / 12, error = 0;
        for (int bin = 0; bin < Bins; bin++)
        {
            if (_counts[bin] == 0) continue;
            double value = (bin - Half + 0.5) * _width;
            double outside = value < low ? low - value : value > high ? value - high : 0;
            error += _counts[bin] * (rounding + outside * outside);
        }

        return error;
    }

    private int BinOf(float value) => Math.Clamp((int)MathF.Floor(value / _width) + Half, 0, Bins - 1);

    // Twice the range: each two bins become one, counted from the middle.
    private void Widen()
    {
        _width *= 2;
        for (int i = 0; i < Half / 2; i++)
        {
            _counts[Half + i] = _counts[Half + 2 * i] + _counts[Half + 2 * i + 1];
            _counts[Half - 1 - i] = _counts[Half - 1 - 2 * i] + _counts[Half - 2 - 2 * i];
        }

        Array.Clear(_counts, Half + Half / 2, Half / 2);
        Array.Clear(_counts, 0, Half / 2);
    }
}
