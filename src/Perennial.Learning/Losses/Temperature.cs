namespace Perennial.Learning.Losses;

/// <summary>The softmax temperature of a contrastive loss: finite and above 0, or the loss is undefined.</summary>
internal static class Temperature
{
    public static double Checked(double temperature) => double.IsFinite(temperature) && temperature > 0 ? temperature
        : throw new ArgumentOutOfRangeException(nameof(temperature), temperature, "The temperature must be a finite number above 0; 0.05 to 1 is usual.");
}
