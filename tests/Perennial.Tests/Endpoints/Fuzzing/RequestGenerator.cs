namespace Perennial.Tests.Endpoints.Fuzzing;

/// <summary>Makes requests, right ones with something wrong about them for the most part. The same seed and number give the same request.</summary>
/// <param name="seed">Of all requests together.</param>
/// <param name="valid">Where to start from.</param>
/// <param name="images">Encoded images.</param>
internal sealed class RequestGenerator(int seed, IReadOnlyList<FuzzRequest> valid, byte[][] images)
{
    public FuzzRequest Next(int number)
    {
        Random random = new(unchecked((seed * 1_000_003) + number));
        FuzzRequest request = random.Pick(valid).Copy();
        switch (random.Next(20))
        {
            case 0: break;
            case 1: HeadMutation.Method(request, random); break;
            case 2: request.Body = random.Bytes(random.Pick([10, 1000, 100_000])); break;
            case 3 or 4: request = Multipart(random); break;
            case 5 or 6: request = Tensors.Random(images, random); break;
            case 7 or 8: HeadMutation.Target(request, random); break;
            case 9 or 10: HeadMutation.Header(request, random); break;
            case 11: (request.ContentType, request.Body) = (random.Pick(valid).ContentType, random.Pick(valid).Body); break;
            case 12: Enlarge(request, random); break;
            default: Content(request, random); break;
        }
        if (random.OneIn(8)) Content(request, random);
        if (random.OneIn(12)) HeadMutation.Header(request, random);
        if (random.OneIn(10)) FramingMutation.Apply(request, random);
        if (!request.Headers.Exists(header => header.Name == "Host") && request.IsWholeHttp) request.Headers.Insert(0, ("Host", "localhost"));
        return request;
    }

    private void Content(FuzzRequest request, Random random) => request.Body = request.ContentType switch
    {
        "application/json" => JsonMutation.Apply(request.Body, random),
        "image/png" => SampleImages.Mutate(random.Pick(images), random),
        _ => ByteMutation.Apply(request.Body, random),
    };

    // Twice what a body may have is where the server stops to read on and closes.
    private static void Enlarge(FuzzRequest request, Random random)
    {
        if (random.OneIn(4)) request.Body = new byte[random.Pick([600_000, 1_100_000, 2_500_000])];
        request.IsWholeHttp = request.Body.Length < 2_000_000;
    }

    private FuzzRequest Multipart(Random random)
    {
        FuzzRequest request = new("POST", random.Pick(["/embed", "/classify", "/search", "/images"]));
        (request.ContentType, request.Body) = Multiparts.Random(images, random);
        request.IsWholeHttp = !request.ContentType.Contains('\u00E9', StringComparison.Ordinal); // a header that is not ASCII may be refused before all else
        return request;
    }
}
