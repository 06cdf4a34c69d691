using System.Diagnostics.CodeAnalysis;
using System.Runtime.InteropServices;
using System.Text;

namespace Perennial.Core.Search;

/// <summary>Live points: id to row. Ids are UTF-8 in the journal's own bytes, so that a million of them cost no string each.</summary>
internal sealed class IdIndex
{
    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private readonly Dictionary<ReadOnlyMemory<byte>, int> _rows = new(BytewiseComparer.Instance);

    public int Count => _rows.Count;

    public IEnumerable<KeyValuePair<ReadOnlyMemory<byte>, int>> ByRow => _rows.OrderBy(point => point.Value);

    /// <exception cref="ArgumentException">The id is not valid Unicode.</exception>
    public static byte[] BytesOf(string id)
    {
        try
        {
            return Strict.GetBytes(id);
        }
        catch (EncoderFallbackException exception)
        {
            throw new ArgumentException("A point's id holds half of a surrogate pair; ids must be valid Unicode.", exception);
        }
    }

    public bool Contains(string id) => TryFind(id, out _);

    public bool TryFind(string id, out int row) => _rows.TryGetValue(Encoding.UTF8.GetBytes(id), out row);

    public bool TryFind(ReadOnlyMemory<byte> id, out int row) => _rows.TryGetValue(id, out row);

    /// <summary>Sets the row of an id. True when the id was there already, and then its row of before.</summary>
    public bool Replace(ReadOnlyMemory<byte> id, int row, out int before)
    {
        ref int stored = ref CollectionsMarshal.GetValueRefOrAddDefault(_rows, id, out bool known);
        (before, stored) = (stored, row);
        return known;
    }

    public void Remove(ReadOnlyMemory<byte> id) => _rows.Remove(id);

    /// <summary>Makes room for as many more, so that it need not grow step by step.</summary>
    public void Expect(int points) => _rows.EnsureCapacity(_rows.Count + points);

    private sealed class BytewiseComparer : IEqualityComparer<ReadOnlyMemory<byte>>
    {
        public static readonly BytewiseComparer Instance = new();

        public bool Equals(ReadOnlyMemory<byte> x, ReadOnlyMemory<byte> y) => x.Span.SequenceEqual(y.Span);

        /// <summary>By the runtime's hash of characters, which has another seed in each process: callers choose ids.</summary>
        public int GetHashCode([DisallowNull] ReadOnlyMemory<byte> id)
        {
            ReadOnlySpan<byte> bytes = id.Span;
            int hash = string.GetHashCode(MemoryMarshal.Cast<byte, char>(bytes));
            return (bytes.Length & 1) == 0 ? hash : (hash * 31) + bytes[^1];
        }
    }
}
