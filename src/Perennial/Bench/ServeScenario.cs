namespace Perennial.Bench;

/// <summary>A network, a kind of picture and a number of callers.</summary>
/// <param name="Name">As shown in tables.</param>
/// <param name="Backbone">"resnet18", ...</param>
/// <param name="Width">Channels of the first stage.</param>
/// <param name="ImageSize">Side of the network's input in pixels.</param>
/// <param name="PictureWidth">Of the JPEG that is sent, in pixels.</param>
/// <param name="PictureHeight">Of the JPEG that is sent, in pixels.</param>
/// <param name="Connections">Callers that each send the next image when they have their answer.</param>
internal sealed record ServeScenario(string Name, string Backbone, int Width, int ImageSize, int PictureWidth, int PictureHeight, int Connections)
{
    /// <summary>What a photo application asks for: the network dominates.</summary>
    public static ServeScenario Photos { get; } = new("photos", "resnet18", 64, 224, 640, 480, 8);

    /// <summary>A tiny network and small pictures: all that is around the network dominates.</summary>
    public static ServeScenario Tiles { get; } = new("tiles", "resnet18", 16, 32, 32, 32, 16);

    public static IReadOnlyList<ServeScenario> All { get; } = [Photos, Tiles];
}
