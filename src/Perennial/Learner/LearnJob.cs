using Perennial.Background;
using Perennial.Core.Corpus;
using Perennial.Core.Generations;
using Perennial.Learning.Finetuning;
using Perennial.Learning.Pretraining;
using TorchSharp;

namespace Perennial.Learner;

/// <summary>One run from the learner's side: at the end of it there is a generation, and nothing of it is done twice if the run was interrupted.</summary>
internal sealed class LearnJob(RunFolders folders, string run, int threads, LearnerVoice voice, TimeProvider time)
{
    /// <exception cref="OperationCanceledException">Asked to leave; a checkpoint is saved.</exception>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        LearnRequest request = LearnRequest.Read(folders.Request(run));
        using RunLock alone = await RunLock.TakeAsync(folders.Lock(run), time, cancellationToken);
        GenerationStore store = new(Path.Combine(folders.DataDirectory, "models"));
        if (store.MadeBy(run) is { } made)
        {
            voice.Generation(made.Number); // the learner before this one died after its last step
            return;
        }
        TrainingMemory.Keep();
        torch.set_num_threads(threads);
        using Catalogue catalogue = Catalogue.Open(folders.DataDirectory, time);
        LearnContext context = new(request, CorpusSnapshot.Read(request.SnapshotPath), new ImageCorpus(catalogue, request.Limits, time), store, folders, voice, time);
        GenerationFolder generation = request.Kind == RunKind.Pretrain
            ? new PretrainJob(context).Run(cancellationToken)
            : new FinetuneJob(context).Run(cancellationToken);
        voice.Generation(generation.Number);
    }

    /// <summary>What a fault means to the operator, and whether a second attempt would end the same way.</summary>
    public static (string Sentence, bool Final) Explain(Exception fault, string log) => fault switch
    {
        TrainingException or RecipeException or ClassifierException or GenerationException or CatalogueException or InvalidDataException => (fault.Message, true),
        _ when fault is OutOfMemoryException || fault.Message.Contains("allocate memory", StringComparison.Ordinal) =>
            ($"The learner ran out of memory: raise limits.memoryBytes in the policy, or lower batch_size or image_size; its log is {log}.", true),
        IOException => ($"The learner failed: {fault.Message.TrimEnd('.')}; its log is {log}.", false),
        _ => ($"The learner failed ({fault.GetType().Name}); its log is {log}.", false),
    };
}
