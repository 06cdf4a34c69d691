using System.Globalization;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;
using Perennial.Access;
using Perennial.Endpoints.Input;
using Perennial.Telemetry;
using Scope = Perennial.Access.Scope;

namespace Perennial.Endpoints.OpenApi;

/// <summary>Describes what the framework cannot see of a call: body forms, query parameters, image answers, and the key that it needs.</summary>
internal sealed class OperationDescription : IOpenApiOperationTransformer
{
    public async Task TransformAsync(OpenApiOperation operation, OpenApiOperationTransformerContext context, CancellationToken cancellationToken)
    {
        IList<object> metadata = context.Description.ActionDescriptor.EndpointMetadata;
        foreach (QueryParameter parameter in metadata.OfType<QueryParameter>()) (operation.Parameters ??= []).Add(Describe(parameter));
        if (metadata.OfType<RequestForm>().FirstOrDefault() is { } form)
            operation.RequestBody = Describe(form, await context.GetOrCreateSchemaAsync(form.Json, null, cancellationToken), context.Document!);
        if (metadata.OfType<ImageAnswer>().Any())
            operation.Responses!["200"] = new OpenApiResponse { Description = "The image.", Content = new Dictionary<string, OpenApiMediaType> { ["image/*"] = new() { Schema = Binary() } } };
        if (metadata.OfType<InferenceAnswer>().Any()) AddHeaders(operation);
        Scope scope = metadata.OfType<RequiredScope>().LastOrDefault()?.Scope ?? Scope.Admin;
        if (scope != Scope.None) Secure(operation, scope, context.Document!);
    }

    private static OpenApiParameter Describe(QueryParameter parameter) => new()
    {
        Name = parameter.Name,
        In = ParameterLocation.Query,
        Description = parameter.Default is { } usual ? $"{parameter.Description} Default: {usual}." : parameter.Description,
        Schema = new OpenApiSchema
        {
            Type = parameter.Range is null ? JsonSchemaType.String : JsonSchemaType.Integer,
            Minimum = parameter.Range?.Minimum.ToString(CultureInfo.InvariantCulture),
            Maximum = parameter.Range?.Maximum.ToString(CultureInfo.InvariantCulture),
            Enum = parameter.Words?.Select(word => (JsonNode)word).ToList(),
        },
    };

    private static OpenApiRequestBody Describe(RequestForm form, OpenApiSchema json, OpenApiDocument document)
    {
        string name = form.Json.Name;
        document.AddComponent<IOpenApiSchema>(name, json);
        Dictionary<string, OpenApiMediaType> content = new() { ["application/json"] = new() { Schema = new OpenApiSchemaReference(name, document) } };
        if (form.Images)
        {
            content["image/*"] = new OpenApiMediaType { Schema = Binary() };
            content["application/octet-stream"] = new OpenApiMediaType { Schema = Binary() };
            content["multipart/form-data"] = new OpenApiMediaType { Schema = Files() };
        }
        return new OpenApiRequestBody { Required = true, Content = content };
    }

    private static OpenApiSchema Files() => new()
    {
        Type = JsonSchemaType.Object,
        Properties = new Dictionary<string, IOpenApiSchema> { ["images"] = new OpenApiSchema { Type = JsonSchemaType.Array, Items = Binary(), Description = "Files; the name of the field does not matter." } },
    };

    private static OpenApiSchema Binary() => new() { Type = JsonSchemaType.String, Format = "binary" };

    private static void AddHeaders(OpenApiOperation operation)
    {
        if (operation.Responses?.GetValueOrDefault("200") is not OpenApiResponse answer) return;
        answer.Headers ??= new Dictionary<string, IOpenApiHeader>();
        Add(ServingAccess.GenerationHeader, JsonSchemaType.Integer, "Number of the generation that answered.");
        Add(ServingAccess.DigestHeader, JsonSchemaType.String, "Digest of its encoder; only vectors of one digest may be compared.");
        Add(TimingHeaders.Queue, JsonSchemaType.Number, "Milliseconds: the longest wait of an image of the request for its batch.");
        Add(TimingHeaders.Inference, JsonSchemaType.Number, "Milliseconds: the longest run of a batch with an image of the request, and the classifier's.");
        Add(TimingHeaders.Total, JsonSchemaType.Number, "Milliseconds: from the arrival of the request to the first byte of the answer.");

        void Add(string name, JsonSchemaType type, string description) => answer.Headers[name] = new OpenApiHeader { Description = description, Schema = new OpenApiSchema { Type = type } };
    }

    private static void Secure(OpenApiOperation operation, Scope scope, OpenApiDocument document)
    {
        operation.Description = $"{operation.Description} Needs a key with the scope `{scope.ToString().ToLowerInvariant()}` where keys are configured.".TrimStart();
        operation.Security = [.. ApiDescription.KeySchemes.Keys.Select(name => new OpenApiSecurityRequirement { [new OpenApiSecuritySchemeReference(name, document)] = [] })];
        foreach ((string status, string reason) in new[] { ("401", "No key, or one that is not known."), ("403", "The key lacks the scope."), ("429", "The caller has used up what it may ask for (`rate_limited`).") })
            operation.Responses!.TryAdd(status, new OpenApiResponse { Description = reason });
    }
}
