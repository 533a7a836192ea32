using System.Globalization;

namespace BatchInfer.Dashboard.Layout;

/// <summary>Numbers and times as people read them.</summary>
internal static class Show
{
    public const string Nothing = "–";

    public static string Count(long value) => value.ToString("N0", CultureInfo.InvariantCulture);

    /// <summary>A number of things, of which <paramref name="one"/> names one.</summary>
    public static string Counted(long value, string one) => value == 1 ? $"1 {one}" : $"{Count(value)} {one}s";

    public static string Share(double part, double whole) => whole <= 0 ? Nothing : Percent(part / whole);

    public static string Percent(double share) => share switch
    {
        0 or 1 => share.ToString("P0", CultureInfo.InvariantCulture).Replace(" ", "", StringComparison.Ordinal),
        // Never "100%" for what is not all, nor "0%" for what is not nothing.
        > 0.999 => "99.9%",
        < 0.001 => "<0.1%",
        _ => string.Create(CultureInfo.InvariantCulture, $"{share * 100:0.#}%"),
    };

    public static string Rate(double perSecond) => perSecond switch
    {
        <= 0 => Nothing,
        < 10 => string.Create(CultureInfo.InvariantCulture, $"{perSecond:0.0}/s"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{perSecond:N0}/s"),
    };

    /// <summary>Two units as long as the second says something: beside the other figures there is no room for more.</summary>
    public static string Duration(double seconds)
    {
        var span = TimeSpan.FromSeconds(Math.Min(seconds, 3.15e9));
        return seconds switch
        {
            < 1 => string.Create(CultureInfo.InvariantCulture, $"{seconds * 1000:0} ms"),
            < 60 => string.Create(CultureInfo.InvariantCulture, $"{seconds:0.#} s"),
            < 600 => string.Create(CultureInfo.InvariantCulture, $"{span.Minutes} min {span.Seconds:00} s"),
            < 3600 => string.Create(CultureInfo.InvariantCulture, $"{span.Minutes} min"),
            < 36000 => string.Create(CultureInfo.InvariantCulture, $"{span.Hours} h {span.Minutes:00} min"),
            < 86400 => string.Create(CultureInfo.InvariantCulture, $"{span.Hours} h"),
            _ => string.Create(CultureInfo.InvariantCulture, $"{span.Days} d {span.Hours:00} h"),
        };
    }

    public static string Ago(DateTimeOffset then, DateTimeOffset now)
    {
        double seconds = (now - then).TotalSeconds;
        return seconds < 2 ? "just now" : Duration(Math.Floor(seconds)) + " ago";
    }

    public static string Time(DateTimeOffset? time) => time?.ToUniversalTime().ToString("yyyy-MM-dd HH:mm:ss 'UTC'", CultureInfo.InvariantCulture) ?? Nothing;

    public static string Bytes(long bytes) => bytes switch
    {
        < 1024 => $"{bytes} B",
        < 1 << 20 => string.Create(CultureInfo.InvariantCulture, $"{bytes / 1024.0:0.#} KiB"),
        < 1 << 30 => string.Create(CultureInfo.InvariantCulture, $"{bytes / 1048576.0:0.#} MiB"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{bytes / 1073741824.0:0.##} GiB"),
    };

    /// <summary>A number as SVG and CSS write it.</summary>
    public static string Number(double value) => value.ToString("0.##", CultureInfo.InvariantCulture);
}
