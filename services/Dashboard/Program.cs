using BatchInfer.Dashboard;
using BatchInfer.ServiceDefaults;

var builder = ServiceHost.CreateBuilder(args);
builder.DefaultUrl("http://127.0.0.1:5090");
builder.AddServiceDefaults("batchinfer-dashboard");
builder.AddDashboard();
// This process answers no API itself.
builder.Services.PostConfigure<DashboardOptions>(page => page.Server ??= new Uri("http://127.0.0.1:5080"));

var app = builder.Build();
app.MapServiceDefaults();
app.MapDashboard();
await app.RunAsync();
