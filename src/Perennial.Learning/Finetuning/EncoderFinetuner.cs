using Perennial.Core.Corpus;
using Perennial.Core.Scoring;
using Perennial.Learning.Evaluation;
using Perennial.Learning.Networks;
using Perennial.Learning.Optimizers;
using Perennial.Learning.Pretraining;
using Perennial.Learning.Views;
using static TorchSharp.torch;
using AdamW = Perennial.Learning.Optimizers.AdamW;

namespace Perennial.Learning.Finetuning;

/// <summary>
/// Trains an encoder and a linear classifier together. The classifier begins as the best one on the frozen encoder, so that its first, random errors
/// do not spoil what the encoder knows; layers near the image learn more slowly than those near the classifier; training stops when a validation split
/// gets no better, and the best epoch's weights are kept.
/// </summary>
/// <remarks>
/// Sources: the order of things: Kumar et al., "Fine-Tuning can Distort Pretrained Features and Underperform Out-of-Distribution", arXiv:2202.10054;
/// layer-wise rates: Clark et al., arXiv:2003.10555, as in Bao et al., arXiv:2106.08254.
/// </remarks>
public static class EncoderFinetuner
{
    private const int ValidationOneIn = 10;
    private const double WarmupShare = 0.05;

    /// <summary>Runs to the end, or until the validation split gets no better.</summary>
    /// <param name="encoder">Trained in place; left in evaluation mode with the best epoch's weights.</param>
    /// <param name="tiles">Decoded with the encoder's preprocessing.</param>
    /// <param name="train">Rows with classes; two classes or more.</param>
    /// <param name="options">How.</param>
    /// <param name="progress">Told at each epoch's end; may be null.</param>
    /// <param name="cancellationToken">Stops between steps.</param>
    /// <exception cref="ClassifierException">Fewer than two classes, or a class without a second image: nothing could be validated.</exception>
    public static FinetuneOutcome Train(Encoder encoder, TileSet tiles, LabelledRows train, FinetuneOptions options, IProgress<FinetuneProgress>? progress, CancellationToken cancellationToken = default)
    {
        (int[] kept, int[] held) = Split(train, options.Seed);
        encoder.eval();
        Embeddings frozen = EncoderRunner.Embed(encoder, tiles, Rows(train, kept), cancellationToken);
        using ClassifierFit fit = ClassifierTrainer.Fit(frozen, Labels(train, kept), train.Classes, new ClassifierOptions { Head = HeadKind.Linear, Seed = options.Seed }, cancellationToken);
        ClassifierHead head = fit.Head;
        ChannelsLast.Convert(encoder);
        using var optimizer = new AdamW(Trained(encoder, head, options.LayerDecay));
        using var best = new Snapshot(encoder, head);
        (double loss, double accuracy) = Validate(encoder, head, tiles, train, held, cancellationToken);
        (double bestLoss, double bestAccuracy, int bestEpoch) = (loss, accuracy, 0);

        int batch = Math.Min(options.BatchSize, kept.Length), stepsPerEpoch = Math.Max(1, kept.Length / batch), done = 0;
        long steps = (long)stepsPerEpoch * options.Epochs;
        var schedule = new WarmupCosine(options.LearningRate, (long)(WarmupShare * steps), steps);
        var views = new RandomViews(options.Views, options.Seed);
        while (done < options.Epochs && done - Math.Max(bestEpoch, options.UnfreezeAfterEpoch) < options.Patience)
        {
            bool encoderTrains = done >= options.UnfreezeAfterEpoch;
            int[] order = EpochOrder.Of(kept, options.Seed, done);
            encoder.train(encoderTrains);
            double sum = 0;
            for (int i = 0; i < stepsPerEpoch; i++)
            {
                cancellationToken.ThrowIfCancellationRequested();
                using var scope = NewDisposeScope();
                int[] picked = order[(i * batch)..((i + 1) * batch)], rows = Rows(train, picked);
                Tensor images = ChannelsLast.Of(views.Render(TileBatch.Of(tiles, rows), rows, done, 0)); // [B, 3, S, S]
                Tensor cost = nn.functional.cross_entropy(head.call(Embed(encoder, images, encoderTrains)), Targets(train, picked));
                cost.backward();
                sum += cost.item<float>();
                optimizer.Step(new StepRates(schedule.At((long)done * stepsPerEpoch + i), options.WeightDecay, options.LearningRate));
                optimizer.ZeroGradients();
            }
            done++;
            encoder.eval();
            (loss, accuracy) = Validate(encoder, head, tiles, train, held, cancellationToken);
            progress?.Report(new FinetuneProgress(done, options.Epochs, sum / stepsPerEpoch, loss, accuracy, encoderTrains));
            if (!(loss < bestLoss)) continue;
            (bestLoss, bestAccuracy, bestEpoch) = (loss, accuracy, done);
            best.Take(encoder, head);
        }

        best.Restore(encoder, head);
        return new FinetuneOutcome(Copy(head), bestEpoch, done, bestAccuracy, held.Length);
    }

    private static Tensor Embed(Encoder encoder, Tensor images, bool gradient)
    {
        if (gradient) return encoder.call(images); // [B, D]
        using var noGradient = no_grad();
        return encoder.call(images);
    }

    private static (double Loss, double Accuracy) Validate(Encoder encoder, ClassifierHead head, TileSet tiles, LabelledRows train, int[] held, CancellationToken cancellationToken)
    {
        Embeddings embeddings = EncoderRunner.Embed(encoder, tiles, Rows(train, held), cancellationToken);
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        Tensor logits = head.call(tensor(embeddings.Data, [embeddings.Rows, embeddings.Dimensions])), targets = Targets(train, held); // [H, C], [H]
        return (nn.functional.cross_entropy(logits, targets).item<float>(), logits.argmax(1).eq(targets).to(float64).mean().item<double>());
    }

    // One in ten of every class, and one at least of each class that has two images.
    private static (int[] Kept, int[] Held) Split(LabelledRows train, int seed)
    {
        if (train.Classes.Count < 2) throw new ClassifierException($"The labels have {train.Classes.Count} class: finetuning needs two or more.");
        var random = new Random(seed);
        List<int> kept = [], held = [];
        foreach (var members in Enumerable.Range(0, train.Rows.Count).GroupBy(i => train.Labels[i]).OrderBy(group => group.Key).Select(group => group.ToArray()))
        {
            random.Shuffle(members);
            int share = members.Length < 2 ? 0 : Math.Max(1, members.Length / ValidationOneIn);
            held.AddRange(members[..share]);
            kept.AddRange(members[share..]);
        }
        return held.Count > 0 ? ([.. kept], [.. held]) : throw new ClassifierException("No class has two labelled images: nothing is left to validate on. Label more images.");
    }

    private static IEnumerable<TrainedParameter> Trained(Encoder encoder, ClassifierHead head, double decay)
    {
        Backbone backbone = encoder.Backbone;
        return backbone.named_parameters().Select(entry => new TrainedParameter("encoder." + entry.name, entry.parameter, entry.parameter.ndim > 1)
        {
            RateFactor = Math.Pow(decay, backbone.Layers - backbone.LayerOf(entry.name)),
        }).Concat(head.named_parameters().Select(entry => new TrainedParameter("head." + entry.name, entry.parameter, entry.parameter.ndim > 1)));
    }

    private static int[] Rows(LabelledRows train, int[] picked) => Array.ConvertAll(picked, i => train.Rows[i]);

    private static int[] Labels(LabelledRows train, int[] picked) => Array.ConvertAll(picked, i => train.Labels[i]);

    private static Tensor Targets(LabelledRows train, int[] picked) => tensor(Array.ConvertAll(picked, i => (long)train.Labels[i]));

    private static ClassifierHead Copy(ClassifierHead head)
    {
        var copy = new ClassifierHead(head.Dimensions, head.Classes, hidden: 0);
        copy.load_state_dict(head.state_dict());
        return copy;
    }

    /// <summary>The weights and statistics of one moment.</summary>
    private sealed class Snapshot : IDisposable
    {
        private readonly Tensor[] _values;

        public Snapshot(Encoder encoder, ClassifierHead head) =>
            _values = [.. Of(encoder, head).Select(value => value.detach().clone().DetachFromDisposeScope())];

        public void Take(Encoder encoder, ClassifierHead head) => Copy(_values, Of(encoder, head));

        public void Restore(Encoder encoder, ClassifierHead head) => Copy(Of(encoder, head), _values);

        public void Dispose()
        {
            foreach (Tensor value in _values) value.Dispose();
        }

        private static IEnumerable<Tensor> Of(Encoder encoder, ClassifierHead head) => encoder.state_dict().Values.Concat(head.state_dict().Values);

        private static void Copy(IEnumerable<Tensor> to, IEnumerable<Tensor> from)
        {
            using var noGradient = no_grad();
            using var scope = NewDisposeScope();
            foreach ((Tensor target, Tensor source) in to.Zip(from)) target.copy_(source);
        }
    }
}
