using MassTransit;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace BatchInfer.ServiceDefaults;

/// <summary>Registers the bus: the one place that knows which transport carries the messages.</summary>
public static class BusRegistration
{
    /// <summary>Adds the bus with the consumers that the modules of this process bring.</summary>
    /// <param name="services">Services.</param>
    /// <param name="configuration">Configuration with the section <c>Bus</c>.</param>
    /// <param name="consumers">Registers consumers with their definitions.</param>
    public static IServiceCollection AddBus(
        this IServiceCollection services, IConfiguration configuration, Action<IBusRegistrationConfigurator> consumers)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        var section = configuration.GetSection(BusOptions.Section);
        services.AddOptions<BusOptions>().Bind(section).ValidateOnStart();
        services.AddSingleton<IValidateOptions<BusOptions>, BusOptionsValidator>();
        var options = section.Get<BusOptions>() ?? new BusOptions();

        services.AddOptions<MassTransitHostOptions>().Configure(o =>
        {
            // The services answer health and HTTP while the broker is still starting; readiness says what they wait for.
            o.WaitUntilStarted = options.Transport == BusTransport.InMemory;
            o.ConsumerStopTimeout = TimeSpan.FromSeconds(options.DrainSeconds);
            o.StopTimeout = TimeSpan.FromSeconds(options.DrainSeconds + 5);
        });
        services.AddOptions<HostOptions>().Configure(o => o.ShutdownTimeout = TimeSpan.FromSeconds(options.DrainSeconds + 10));

        services.AddMassTransit(bus =>
        {
            bus.DisableUsageTelemetry();
            consumers(bus);
            bus.AddConfigureEndpointsCallback((_, name, endpoint) => EndpointPolicy.Apply(name, endpoint));
            if (options.Transport == BusTransport.InMemory)
                bus.UsingInMemory((context, transport) => transport.ConfigureEndpoints(context));
            else
                bus.UsingRabbitMq((context, transport) =>
                {
                    if (options.Uri is null)
                        throw new InvalidOperationException("Bus:Uri is not set. Give the broker's address, e.g. Bus__Uri=amqp://user:password@host:5672/");
                    transport.Host(options.Uri, host =>
                    {
                        host.PublisherConfirmation = true;
                        host.Heartbeat(TimeSpan.FromSeconds(options.HeartbeatSeconds));
                    });
                    transport.ConfigureEndpoints(context);
                });
        });
        return services;
    }
}
