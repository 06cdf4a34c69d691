namespace Perennial.Background;

/// <summary>What a run does.</summary>
public enum RunKind
{
    /// <summary>Trains the encoder on all images (no labels needed), from the serving generation's weights where the network is the same.</summary>
    Pretrain,

    /// <summary>Trains a classifier on the labelled images over the serving generation's encoder; no vector changes.</summary>
    Finetune,

    /// <summary>Brings a generation's vectors level with the corpus: the serving one's, or those of a generation that is to be promoted.</summary>
    Reindex,
}
