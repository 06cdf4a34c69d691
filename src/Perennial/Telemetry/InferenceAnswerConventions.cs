namespace Perennial.Telemetry;

/// <summary>Says at the map table which calls a model answers.</summary>
internal static class InferenceAnswerConventions
{
    /// <inheritdoc cref="InferenceAnswer"/>
    public static RouteHandlerBuilder AnsweredBy(this RouteHandlerBuilder builder, string? model) => builder.WithMetadata(new InferenceAnswer(model));
}
