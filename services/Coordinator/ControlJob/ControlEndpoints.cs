namespace BatchInfer.Coordinator.ControlJob;

/// <summary>What can be done with a job once it is submitted.</summary>
internal static class ControlEndpoints
{
    public static void MapControl(this IEndpointRouteBuilder jobs)
    {
        var group = jobs.MapGroup("/{id:guid}");
        Describe(group.MapPatch("", UpdateJobEndpoint.UpdateAsync), "Change the priority or the deadline of a job that is not over")
            .ProducesProblem(StatusCodes.Status400BadRequest);
        Describe(group.MapPost("/pause", PauseJobEndpoints.PauseAsync), "Pause a job: what is in flight ends, nothing else begins");
        Describe(group.MapPost("/resume", PauseJobEndpoints.ResumeAsync), "Go on with a paused job");
        Describe(group.MapPost("/cancel", CancelJobEndpoint.CancelAsync), "Cancel a job; what it has stored is kept");
        Describe(group.MapPost("/retry", RetryFailedEndpoint.RetryAsync), "Run the failed records of an ended job again, as a new job");
    }

    private static RouteHandlerBuilder Describe(RouteHandlerBuilder route, string summary) =>
        route.WithSummary(summary).ProducesProblem(StatusCodes.Status404NotFound).ProducesProblem(StatusCodes.Status409Conflict);
}
