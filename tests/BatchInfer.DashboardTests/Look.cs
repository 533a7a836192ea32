namespace BatchInfer.DashboardTests;

/// <summary>How a browser shows the page.</summary>
public enum Look
{
    Light,
    Dark,
    Phone,
}
