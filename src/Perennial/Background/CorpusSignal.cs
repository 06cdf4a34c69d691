using Perennial.Core.Corpus;

namespace Perennial.Background;

/// <summary>Lets followers set out as soon as the corpus has changed, instead of at their next look.</summary>
internal sealed class CorpusSignal
{
    private TaskCompletionSource _next = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public CorpusSignal(ImageCorpus corpus) => corpus.Changed += Ring;

    public void Ring() => Interlocked.Exchange(ref _next, new(TaskCreationOptions.RunContinuationsAsynchronously)).SetResult();

    /// <summary>Completes at the next ring after this call.</summary>
    public Task Next() => Volatile.Read(ref _next).Task;
}
