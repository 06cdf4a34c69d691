namespace Perennial.Bench;

/// <summary>One direction of a bridge.</summary>
/// <param name="Direction">"old to new" or "new to old".</param>
/// <param name="Tried">recall@10 by method.</param>
/// <param name="NearestAmongTen">Share whose one nearest image is among the ten found, by the better method.</param>
/// <param name="Unbridged">recall@10 of the vectors as they are; null where the lengths differ.</param>
/// <param name="Agreement">Share of an image's ten nearest that both models name, each among its own vectors: what no bridge changes.</param>
/// <param name="FitImages">Images fitted on.</param>
/// <param name="Images">Images measured on.</param>
/// <param name="Among">Vectors searched.</param>
/// <param name="Seconds">Time of reading, fitting and measuring.</param>
internal sealed record BridgeFigures(
    string Direction, IReadOnlyDictionary<string, double> Tried, double NearestAmongTen, double? Unbridged, double Agreement, int FitImages, int Images, long Among, double Seconds);
