using Perennial.Access;
using Perennial.Telemetry;

namespace Perennial.Endpoints.Input;

/// <summary>What is done once it is known how many images a request brings.</summary>
internal static class ImageCount
{
    /// <summary>Notes the number for telemetry and charges the caller for it.</summary>
    public static void CountImages(this HttpContext context, int images)
    {
        RequestTiming.Of(context).Images = images;
        context.Features.Get<CallerQuota>()?.Charge(images);
    }
}
