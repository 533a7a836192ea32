using BatchInfer.Results;
using BatchInfer.ServiceDefaults;

var builder = ServiceHost.CreateBuilder(args);
builder.DefaultUrl("http://127.0.0.1:5082");
builder.AddServiceDefaults("batchinfer-results");
builder.AddResults();
builder.Services.AddBus(builder.Configuration, bus => bus.AddResultsConsumers());

var app = builder.Build();
app.MapServiceDefaults();
app.MapResults();
await app.RunAsync();
