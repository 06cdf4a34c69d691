namespace Perennial.Access;

/// <summary>Says at the map table who may call an endpoint. What says nothing asks for <see cref="Scope.Admin"/>.</summary>
public static class RequiredScopeConventions
{
    /// <summary>Callers need a key with this scope, where keys are configured. <see cref="Scope.Admin"/> also binds the endpoint to the admin listener, where there is one.</summary>
    public static TBuilder RequireScope<TBuilder>(this TBuilder builder, Scope scope) where TBuilder : IEndpointConventionBuilder
        => builder.WithMetadata(new RequiredScope(scope));

    /// <summary>Open without a key, on every listener.</summary>
    public static TBuilder OpenToAll<TBuilder>(this TBuilder builder) where TBuilder : IEndpointConventionBuilder
        => builder.WithMetadata(new RequiredScope(Scope.None));
}
