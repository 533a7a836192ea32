using BatchInfer.Dashboard;
using BatchInfer.ServiceDefaults;

var builder = WebApplication.CreateBuilder(args);
builder.DefaultUrl("http://127.0.0.1:5090");
builder.AddServiceDefaults("batchinfer-dashboard");
builder.AddDashboard();

var app = builder.Build();
app.MapServiceDefaults();
app.MapDashboard();
await app.RunAsync();
