using System.Globalization;

namespace BatchInfer.Cli.Rendering;

/// <summary>Numbers as people read them, the same in every locale.</summary>
internal static class Numbers
{
    public static string Count(long value) => value.ToString("N0", CultureInfo.InvariantCulture);

    public static string Rate(double perSecond) => perSecond.ToString(
        perSecond switch { >= 10 => "N0", >= 0.1 or 0 => "0.0", _ => "0.0##" }, CultureInfo.InvariantCulture);

    public static string Share(double value) => (value * 100).ToString("0.##", CultureInfo.InvariantCulture) + "%";

    public static string Seconds(double seconds) => seconds.ToString("0.00", CultureInfo.InvariantCulture);

    public static string Duration(double seconds)
    {
        var span = TimeSpan.FromSeconds(Math.Clamp(seconds, 0, 99 * 86_400));
        return span.TotalHours >= 1
            ? string.Create(CultureInfo.InvariantCulture, $"{(long)span.TotalHours}:{span:mm\\:ss}")
            : span.ToString("m\\:ss", CultureInfo.InvariantCulture);
    }

    public static string Bytes(long bytes)
    {
        double value = bytes;
        string[] units = ["B", "kB", "MB", "GB", "TB"];
        int unit = 0;
        for (; value >= 1000 && unit < units.Length - 1; unit++) value /= 1000;
        return value.ToString(unit == 0 || value >= 100 ? "0" : "0.0", CultureInfo.InvariantCulture) + " " + units[unit];
    }

    public static string Time(DateTimeOffset? time) =>
        time?.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss'Z'", CultureInfo.InvariantCulture) ?? "";
}
