namespace Perennial.Endpoints.OpenApi;

/// <summary>What the map table adds to OpenAPI.</summary>
internal static class DescriptionConventions
{
    /// <summary>One raw image, files of multipart/form-data, or <typeparamref name="T"/> in JSON.</summary>
    public static RouteHandlerBuilder TakesImages<T>(this RouteHandlerBuilder builder) => builder.WithMetadata(new RequestForm(typeof(T), Images: true));

    /// <summary><typeparamref name="T"/> in JSON.</summary>
    public static RouteHandlerBuilder TakesJson<T>(this RouteHandlerBuilder builder) => builder.WithMetadata(new RequestForm(typeof(T), Images: false));

    /// <summary>200 is an image.</summary>
    public static RouteHandlerBuilder ProducesImage(this RouteHandlerBuilder builder) => builder.WithMetadata(new ImageAnswer());

    /// <summary>These statuses are problem documents.</summary>
    public static RouteHandlerBuilder ProducesProblems(this RouteHandlerBuilder builder, params int[] statuses)
    {
        foreach (int status in statuses) builder.Produces<ProblemDocument>(status, "application/problem+json");
        return builder;
    }
}
