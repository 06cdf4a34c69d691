using NetVips;

namespace Perennial.Core.Images;

/// <summary>Settings of the native library, made once in this process before its first use.</summary>
internal static class Libvips
{
    // Only these read untrusted bytes, and only from memory: every loader that takes a file name, a stream or a URL stays blocked.
    private static readonly string[] Loaders =
    [
        "VipsForeignLoadJpegBuffer", "VipsForeignLoadPngBuffer", "VipsForeignLoadWebpBuffer",
        "VipsForeignLoadNsgifBuffer", "VipsForeignLoadTiffBuffer",
    ];

    // A warning for each damaged strip of each image that somebody sends would only fill the disk; what matters comes as an error.
    private static readonly Log.LogDelegate Silence = static (_, _, _) => { };

    static Libvips()
    {
        Log.SetLogHandler("VIPS", Enums.LogLevelFlags.Warning, Silence);
        Cache.Max = 0; // each image is seen once: libvips' cache of operations would only hold memory
        NetVips.NetVips.Concurrency = 1; // we are parallel over images, not inside one
        NetVips.NetVips.BlockUntrusted = true;
        Operation.Block("VipsForeignLoad", true);
        foreach (var loader in Loaders) Operation.Block(loader, false);
    }

    /// <summary>For example 8.18.7.</summary>
    public static string Version => string.Join(".", NetVips.NetVips.Version(0), NetVips.NetVips.Version(1), NetVips.NetVips.Version(2));

    /// <summary>Runs the settings above, the first time.</summary>
    public static void EnsureReady()
    {
    }
}
