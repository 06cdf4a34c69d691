namespace Perennial.Telemetry;

/// <summary>Metadata of an endpoint that a model answers: its answers carry <see cref="TimingHeaders"/>, its requests are limited in time and counted by model.</summary>
/// <param name="Model">"encoder" or "classifier"; null: the value "model" of the route.</param>
internal sealed record InferenceAnswer(string? Model)
{
    public string? ModelOf(HttpContext context) => Model ?? context.GetRouteValue("model") as string;
}
