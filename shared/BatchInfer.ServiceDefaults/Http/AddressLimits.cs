using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace BatchInfer.ServiceDefaults;

/// <summary>How long the address of a request may be. A lookup carries its input there, and percent-encoded a CJK character takes nine bytes.</summary>
internal static class AddressLimits
{
    /// <summary>Bytes of the longest address that is answered: some 3,600 CJK characters.</summary>
    public const int MaxBytes = 32 * 1024;

    // Read a while further, so that the refusal can say what to do: what is longer than this the server cuts off with a bare 414.
    private const int MaxReadBytes = 2 * MaxBytes;

    private const int OtherHeaderBytes = 32 * 1024;

    /// <summary>Lets the server read them. Its buffer, of 1 MB, must hold the line.</summary>
    public static void Apply(KestrelServerOptions server)
    {
        var limits = server.Limits;
        limits.MaxRequestLineSize = MaxReadBytes;
        // In HTTP/2 the address is a header among the others.
        limits.MaxRequestHeadersTotalSize = MaxReadBytes + OtherHeaderBytes;
        limits.Http2.MaxRequestHeaderFieldSize = MaxReadBytes;
    }

    /// <summary>Refuses longer ones with a sentence.</summary>
    public static void UseAddressLimit(this WebApplication app) => app.Use((context, next) =>
    {
        int length = context.Features.Get<IHttpRequestFeature>()?.RawTarget.Length ?? 0;
        return length <= MaxBytes
            ? next(context)
            : Problems.Create(StatusCodes.Status414UriTooLong, "address_too_long",
                $"The address is {length} bytes long; at most {MaxBytes} are taken. Put long inputs into a body: POST /v1/predictions/lookup and POST /v1/predictions/history take them.",
                null).ExecuteAsync(context);
    });
}
