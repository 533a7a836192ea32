using BatchInfer.Coordinator;
using BatchInfer.ServiceDefaults;

var builder = ServiceHost.CreateBuilder(args);
builder.DefaultUrl("http://127.0.0.1:5080");
builder.AddServiceDefaults("batchinfer-coordinator");
builder.AddCoordinator();
builder.Services.AddBus(builder.Configuration, bus => bus.AddCoordinatorConsumers());

var app = builder.Build();
app.MapServiceDefaults();
app.MapCoordinator();
await app.RunAsync();
