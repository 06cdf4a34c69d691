using System.Security.Cryptography;
using System.Text;

namespace Perennial.Learning.Pretraining;

/// <summary>What makes two runs the same: recipe, images and their order. A checkpoint carries it, so that a run is only continued as itself.</summary>
internal static class RunIdentity
{
    /// <summary>SHA-256 of the recipe and of the ids of the training images, hexadecimal.</summary>
    public static string Of(PretrainRequest request)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(Encoding.UTF8.GetBytes(request.Recipe.ToYaml()));
        foreach (int row in request.TrainRows) hash.AppendData(Encoding.UTF8.GetBytes(request.Tiles.Ids[row] + "\n"));
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }
}
