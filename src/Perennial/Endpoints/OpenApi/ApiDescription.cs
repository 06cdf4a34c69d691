using Microsoft.OpenApi;
using Perennial.Access;
using Perennial.Endpoints.Contracts;
using Scalar.AspNetCore;

namespace Perennial.Endpoints.OpenApi;

/// <summary><c>/openapi/v1.json</c> and the reference page <c>/docs</c>; neither loads anything from elsewhere.</summary>
internal static class ApiDescription
{
    /// <summary>The two ways to send a key.</summary>
    public static readonly IReadOnlyDictionary<string, OpenApiSecurityScheme> KeySchemes = new Dictionary<string, OpenApiSecurityScheme>
    {
        ["bearer"] = new() { Type = SecuritySchemeType.Http, Scheme = "bearer", Description = "Authorization: Bearer KEY" },
        ["apiKey"] = new() { Type = SecuritySchemeType.ApiKey, In = ParameterLocation.Header, Name = "X-API-Key", Description = "X-API-Key: KEY" },
    };

    private const string Introduction = """
        A vision-model server that keeps learning: it embeds, classifies and finds images, and trains its encoder on what it is given.

        Errors are RFC 9457 problem documents with a stable `code`. Answers that come from a model name its `generation` and the `digest` of its encoder, also in
        the headers `X-Perennial-Generation` and `X-Perennial-Digest`; only vectors of one digest may be compared. Unknown members of JSON bodies and unknown
        query parameters are refused with 400.

        One image at fault is answered 422 (`empty_image`, `unsupported_image`, `corrupt_image`) or 413 (`image_too_large`). Of several images, those at fault get
        an `error` each, and 422 is the answer when none could be used. 429 (`overloaded`, `rate_limited`) and 503 (`no_generation`, `timeout`) carry `Retry-After`.

        Answers of a model, refusals included, carry the headers `x-queue-time`, `x-inference-time` and `x-total-time`: milliseconds with three decimals.
        """;

    public static IServiceCollection AddApiDescription(this IServiceCollection services) => services.AddOpenApi("v1", options =>
    {
        options.AddDocumentTransformer((document, _, _) =>
        {
            document.Info = new OpenApiInfo { Title = "Perennial", Version = typeof(ApiDescription).Assembly.GetName().Version!.ToString(3), Description = Introduction };
            document.Servers = [];
            document.Components ??= new OpenApiComponents();
            document.Components.SecuritySchemes = KeySchemes.ToDictionary(scheme => scheme.Key, IOpenApiSecurityScheme (scheme) => scheme.Value);
            return Task.CompletedTask;
        });
        options.AddOperationTransformer<OperationDescription>();
        options.AddSchemaTransformer((schema, context, _) =>
        {
            Describe(schema, context.JsonTypeInfo.Type);
            return Task.CompletedTask;
        });
    });

    public static IEndpointRouteBuilder MapApiDescription(this IEndpointRouteBuilder routes)
    {
        routes.MapOpenApi("/openapi/{documentName:regex(^v1$)}.json").OpenToAll().WithName("openapi"); // any other name is an unknown address, with the usual problem
        routes.MapScalarApiReference("/docs", options => options.WithTitle("Perennial").DisableDefaultFonts().HideDeveloperTools().DisableTelemetry().DisableAgent()).OpenToAll();
        return routes;
    }

    // Types that write themselves.
    private static void Describe(OpenApiSchema schema, Type type)
    {
        if (type == typeof(ImageData))
        {
            schema.Type = JsonSchemaType.String;
            schema.Description = "Base64, or a data: URI with base64.";
        }
        else if (type == typeof(EmbeddingValues))
        {
            schema.OneOf = [new OpenApiSchema { Type = JsonSchemaType.Array, Items = new OpenApiSchema { Type = JsonSchemaType.Number, Format = "float" } }, new OpenApiSchema { Type = JsonSchemaType.String, Description = "Base64 of little-endian 32-bit floats." }];
        }
    }
}
