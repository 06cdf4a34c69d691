namespace Perennial.Commands.Training;

/// <summary>Which images a training or an evaluation is to use.</summary>
/// <param name="Data">Folder or archive.</param>
/// <param name="Test">Folder or archive of the test side; null to split <paramref name="Data"/> itself.</param>
/// <param name="Limit">Most training images, taken evenly from the classes; null for all.</param>
/// <param name="TestLimit">Most test images, likewise.</param>
internal sealed record DatasetChoice(string Data, string? Test, int? Limit, int? TestLimit);
