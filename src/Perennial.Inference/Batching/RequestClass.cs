namespace Perennial.Inference.Batching;

/// <summary>Who waits for an answer.</summary>
public enum RequestClass
{
    /// <summary>Somebody waits: served first.</summary>
    Interactive,

    /// <summary>Background work such as re-embedding the corpus: served in the gaps, and never starved.</summary>
    Bulk,
}
