using BatchInfer.Results;
using BatchInfer.ServiceDefaults;

var builder = WebApplication.CreateBuilder(args);
if (string.IsNullOrEmpty(builder.Configuration["urls"])) builder.WebHost.UseUrls("http://127.0.0.1:5082");
builder.AddServiceDefaults("batchinfer-results");
builder.AddResults();
builder.Services.AddBus(builder.Configuration, bus => bus.AddResultsConsumers());
builder.Services.AddOpenApi();

var app = builder.Build();
app.MapServiceDefaults();
app.MapResults();
app.MapOpenApi();
await app.RunAsync();
