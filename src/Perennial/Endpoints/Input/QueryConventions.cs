namespace Perennial.Endpoints.Input;

/// <summary>Says at the map table which query parameters a call takes. Others are refused with 400: a misspelt one must not be lost in silence.</summary>
internal static class QueryConventions
{
    public static RouteHandlerBuilder TakesQuery(this RouteHandlerBuilder builder, params QueryParameter[] parameters)
    {
        HashSet<string> known = new(parameters.Select(parameter => parameter.Name), StringComparer.OrdinalIgnoreCase);
        foreach (QueryParameter parameter in parameters) builder.WithMetadata(parameter);
        return builder.AddEndpointFilter((context, next) =>
        {
            foreach (string name in context.HttpContext.Request.Query.Keys)
            {
                if (!known.Contains(name)) throw ProblemException.Invalid(known.Count == 0 ? "This call takes no query." : $"This call takes {string.Join(", ", known)} in its query, and nothing else.");
            }
            return next(context);
        });
    }
}
