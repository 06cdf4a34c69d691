using System.Runtime.InteropServices;
using NetVips;
using Perennial.Background;
using Perennial.Core.Corpus;
using Perennial.Inference.Batching;
using Perennial.Inference.Swapping;
using Perennial.Inference.Tests.Models;
using Perennial.Tests.Server;

namespace Perennial.Tests.Endpoints;

/// <summary>What the encoder is given for a picture, when it serves and when it trains.</summary>
public sealed class PreprocessingTests
{
    public static TheoryData<string> Kinds => ["jpeg", "turned jpeg", "cmyk jpeg", "small jpeg", "tall jpeg", "rgba png", "16-bit png", "palette png", "grey png", "webp", "gif", "tiff"];

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task The_tensor_that_serves_is_the_tile_that_trains_bit_for_bit(string kind)
    {
        byte[] bytes = Encode(kind);
        await using LiveServer server = await LiveServer.StartServingAsync(new TinyGeneration { Encoder = new TinyEncoder(size: 32) });
        using Lease<ServingPair> kept = server.Get<Perennial.Background.Serving>().TryAcquire()!; // its engine goes on behind the gate
        ServingPair pair = kept.Value;
        using GatedEngine engine = new(pair.Generation.Encoder);
        engine.Open();
        await using BatchQueue queue = new(new BatchQueueOptions(), engine);
        server.Get<Perennial.Background.Serving>().Exchange(new ServingPair(pair.Generation, queue, pair.Collection, () => { }));

        string id = (string)(await server.Http.PostImageAsync("/images", bytes, "application/octet-stream").ReadAsync(201))["images"]![0]!["id"]!;
        using TileSet tiles = TileSet.Decode([new TileSource(id, null, Split.Train, () => server.Corpus.ReadOriginal(id)!)], pair.Manifest.Preprocessing,
            server.Corpus.Limits, cachePath: null, decoded: null, TestContext.Current.CancellationToken);
        float[] trained = new float[pair.Manifest.Preprocessing.TileBytes];
        for (int i = 0; i < trained.Length; i++) trained[i] = tiles.Tile(0)[i] / 255f;

        await server.Http.PostImageAsync("/embed", bytes, "application/octet-stream").ReadAsync();
        Assert.Equal(MemoryMarshal.AsBytes<float>(trained), MemoryMarshal.AsBytes<float>(engine.LastInput));
        await server.Http.PostJsonAsync("/embed", Calls.Images(bytes)).ReadAsync();
        Assert.Equal(MemoryMarshal.AsBytes<float>(trained), MemoryMarshal.AsBytes<float>(engine.LastInput));
        Assert.True(trained.Distinct().Count() > 20, "a picture of nothing would prove nothing");
    }

    private static byte[] Encode(string kind)
    {
        (int width, int height) = kind switch { "small jpeg" => (20, 15), "tall jpeg" => (40, 4000), _ => (640, 480) };
        using Image grey = Image.Gaussnoise(width, height, mean: 128, sigma: 60, seed: 7).Gaussblur(1.5).Linear([3], [-256]).Cast(Enums.BandFormat.Uchar);
        using Image picture = grey.Bandjoin(grey.Rot180(), grey.Flip(Enums.Direction.Horizontal)).Copy(interpretation: Enums.Interpretation.Srgb);
        return kind switch
        {
            "turned jpeg" => picture.Mutate(image => image.Set(GValue.GIntType, "orientation", 6)).JpegsaveBuffer(),
            "cmyk jpeg" => picture.Bandjoin(grey).Copy(interpretation: Enums.Interpretation.Cmyk).JpegsaveBuffer(),
            "rgba png" => picture.Bandjoin(grey.Linear([0.5], [127]).Cast(Enums.BandFormat.Uchar)).PngsaveBuffer(),
            "16-bit png" => picture.Cast(Enums.BandFormat.Ushort).Linear([257], [0]).Cast(Enums.BandFormat.Ushort).Copy(interpretation: Enums.Interpretation.Rgb16).PngsaveBuffer(),
            "palette png" => picture.PngsaveBuffer(palette: true),
            "grey png" => grey.Copy(interpretation: Enums.Interpretation.Bw).PngsaveBuffer(),
            "webp" => picture.WebpsaveBuffer(),
            "gif" => picture.GifsaveBuffer(),
            "tiff" => picture.TiffsaveBuffer(),
            _ => picture.JpegsaveBuffer(),
        };
    }
}
