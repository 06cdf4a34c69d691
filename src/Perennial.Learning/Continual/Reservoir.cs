using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace Perennial.Learning.Continual;

/// <summary>
/// A bounded memory of images, each as likely to be in it as any other: those with the smallest hash of their id. It needs no order of arrival and no
/// state; when images are added, the ones that were in it stay or give way, and none that had left comes back unless others are deleted.
/// </summary>
/// <remarks>The sample is distributed as that of Vitter, "Random Sampling with a Reservoir", 1985 (bottom-k by random keys).</remarks>
internal static class Reservoir
{
    /// <summary>At most <paramref name="capacity"/> of the rows, ascending.</summary>
    public static int[] Keep(IReadOnlyList<int> rows, Func<int, string> idOf, int capacity) => rows.Count <= capacity ? [.. rows]
        : [.. rows.Select(row => (Row: row, Key: KeyOf(idOf(row)))).OrderBy(entry => entry.Key).ThenBy(entry => entry.Row).Take(capacity).Select(entry => entry.Row).Order()];

    // Not the id itself: what is held out is chosen by it.
    private static ulong KeyOf(string id) => BinaryPrimitives.ReadUInt64LittleEndian(SHA256.HashData(Encoding.UTF8.GetBytes("reservoir " + id)));
}
