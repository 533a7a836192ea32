using BatchInfer.Inference;
using BatchInfer.ServiceDefaults;
using BatchInfer.Worker;

var builder = ServiceHost.CreateBuilder(args);
builder.DefaultUrl("http://127.0.0.1:5081");
builder.AddServiceDefaults("batchinfer-worker");
builder.Services.AddBus(builder.Configuration, bus => bus.AddWorkerConsumers());
// A worker stays for hours: a few seconds at a model's first load pay. The configuration can say otherwise.
builder.Services.Configure<InferenceOptions>(inference => inference.CalibrationSeconds = 4);
builder.AddWorker();

var app = builder.Build();
app.MapServiceDefaults();
await app.RunAsync();
