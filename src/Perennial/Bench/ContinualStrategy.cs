namespace Perennial.Bench;

/// <summary>How a stream of classes is learned from. All take the same number of steps.</summary>
internal enum ContinualStrategy
{
    /// <summary>From each task's images alone.</summary>
    Finetuning,

    /// <summary>With older images replayed as the recipe says: what the service does.</summary>
    Replay,

    /// <summary>And with the previous encoder distilled.</summary>
    ReplayAndDistillation,

    /// <summary>All images at once, from random weights: the bound.</summary>
    Joint,
}
