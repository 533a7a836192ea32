using MudBlazor;

namespace BatchInfer.Dashboard.Layout;

/// <summary>Colours, light and dark, each text at 4.5 : 1 or more on what it stands on; fonts are the reader's own.</summary>
internal static class Themes
{
    private static readonly string[] Fonts = ["system-ui", "-apple-system", "Segoe UI", "Roboto", "Noto Sans", "DejaVu Sans", "sans-serif"];

    public static MudTheme Page { get; } = new()
    {
        PaletteLight = new PaletteLight
        {
            Primary = "#0b5cad", Secondary = "#6b3fa0", Info = "#0b5cad", Success = "#1b6e3c", Warning = "#8a5300", Error = "#b3261e",
            Background = "#f6f7f9", Surface = "#ffffff", TextPrimary = "#1a2230", TextSecondary = "#4a5568", ActionDefault = "#4a5568",
            LinesDefault = "#d8dde5", LinesInputs = "#6b7688", TableLines = "#e3e7ed", Divider = "#d8dde5",
        },
        PaletteDark = new PaletteDark
        {
            Primary = "#7cb7ff", PrimaryContrastText = "#06182c", Secondary = "#c9a7f5", SecondaryContrastText = "#1c0d30",
            Info = "#7cb7ff", InfoContrastText = "#06182c", Success = "#6fd394", SuccessContrastText = "#04210f",
            Warning = "#f3b95f", WarningContrastText = "#2a1800", Error = "#ff9a92", ErrorContrastText = "#34060a",
            Background = "#12161d", BackgroundGray = "#171c25", Surface = "#1a202a", TextPrimary = "#e8ecf2", TextSecondary = "#aeb8c7", ActionDefault = "#aeb8c7",
            LinesDefault = "#323b49", LinesInputs = "#7a8698", TableLines = "#2b3340", Divider = "#323b49",
        },
        Typography = new Typography
        {
            Default = new DefaultTypography { FontFamily = Fonts },
            Button = new ButtonTypography { FontFamily = Fonts, TextTransform = "none", FontWeight = "600" },
        },
        LayoutProperties = new LayoutProperties { DefaultBorderRadius = "6px" },
    };
}
