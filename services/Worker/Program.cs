using BatchInfer.ServiceDefaults;
using BatchInfer.Worker;

var builder = WebApplication.CreateBuilder(args);
builder.DefaultUrl("http://127.0.0.1:5081");
builder.AddServiceDefaults("batchinfer-worker");
builder.Services.AddBus(builder.Configuration, bus => bus.AddWorkerConsumers());
builder.AddWorker();

var app = builder.Build();
app.MapServiceDefaults();
await app.RunAsync();
