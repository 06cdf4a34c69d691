using System.Numerics.Tensors;

namespace Perennial.Core.Scoring;

/// <summary>Rows scaled to length 1, so that a dot product is a cosine. A row of zeros stays as it is.</summary>
internal static class UnitRows
{
    public static Embeddings Of(Embeddings embeddings)
    {
        float[] unit = new float[embeddings.Data.Length];
        for (int i = 0; i < embeddings.Rows; i++)
        {
            float length = TensorPrimitives.Norm(embeddings.Row(i));
            TensorPrimitives.Divide(embeddings.Row(i), length > 0 ? length : 1, unit.AsSpan(i * embeddings.Dimensions, embeddings.Dimensions));
        }
        return new Embeddings(unit, embeddings.Rows, embeddings.Dimensions);
    }
}
