using Perennial.Inference.Batching;
using Perennial.Inference.Engines;

namespace Perennial.Background;

/// <summary>How each generation is put to work.</summary>
/// <param name="Engine">Threads, precision and warm-up of the engines.</param>
/// <param name="Batching">Batches and permits of the queue in front of the encoder.</param>
/// <param name="ObserverOf">Who is told of every batch of the generation with this number; null for nobody.</param>
public sealed record ServingOptions(EngineOptions Engine, BatchQueueOptions Batching, Func<int, BatchObserver>? ObserverOf = null);
