namespace Perennial.Core.Corpus;

/// <summary>The files of a folder or an archive, in a stable order, one at a time. May be enumerated more than once.</summary>
internal interface IDatasetEntries
{
    /// <summary>Whether a look at all names is cheap, that is without reading the contents.</summary>
    bool CheapNames { get; }

    /// <summary>Regular files that are images by name. An entry is valid until the next one is asked for.</summary>
    IEnumerable<DatasetEntry> Enumerate();
}
