namespace Perennial.Learning.Export.Quantization;

/// <summary>A value in a graph.</summary>
/// <param name="Name">The value's.</param>
/// <param name="Point">Whose scale and zero point it has; null for float32.</param>
internal readonly record struct QuantizedValue(string Name, string? Point = null)
{
    public bool IsFloat => Point is null;

    /// <summary>The constant with the scale.</summary>
    public string ScaleName => Point + ".scale";

    /// <summary>The constant with the zero point.</summary>
    public string ZeroPointName => Point + ".zero_point";
}
