using System.Runtime.InteropServices;
using System.Text;

namespace Perennial.Core.Search;

/// <summary>One string for each label, and one payload for each label without metadata: points are many, labels few.</summary>
internal sealed class LabelPool
{
    private const int OnStack = 256;

    private readonly Dictionary<string, Payload> _labelOnly = new(StringComparer.Ordinal);

    /// <param name="label">UTF-8.</param>
    /// <param name="json">The metadata, or nothing.</param>
    public Payload Payload(ReadOnlySpan<byte> label, ReadOnlyMemory<byte> json)
    {
        int length = Encoding.UTF8.GetMaxCharCount(label.Length);
        Span<char> characters = length <= OnStack ? stackalloc char[OnStack] : new char[length];
        characters = characters[..Encoding.UTF8.GetChars(label, characters)];
        ref Payload? shared = ref CollectionsMarshal.GetValueRefOrAddDefault(_labelOnly.GetAlternateLookup<ReadOnlySpan<char>>(), characters, out _);
        shared ??= new Payload(characters.ToString(), default);
        return json.IsEmpty ? shared : new Payload(shared.Label, json);
    }
}
