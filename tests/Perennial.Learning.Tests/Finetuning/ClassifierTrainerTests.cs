using Perennial.Core.Scoring;
using Perennial.Learning.Export;
using Perennial.Learning.Finetuning;
using static TorchSharp.torch;

namespace Perennial.Learning.Tests.Finetuning;

public sealed class ClassifierTrainerTests
{
    private static readonly string[] ThreeClasses = ["ant", "bee", "cat"];

    [Theory]
    [InlineData(HeadKind.Linear)]
    [InlineData(HeadKind.Mlp)]
    [InlineData(HeadKind.Auto)]
    public void Separable_classes_are_learned_and_recognised_on_new_images(HeadKind kind)
    {
        var (all, labels) = Blobs.Create([140, 140, 140], 32, noise: 0.5, seed: 1);
        var (train, test) = Halves(all, labels);
        using var fit = ClassifierTrainer.Fit(train.Rows, train.Labels, ThreeClasses, new() { Head = kind }, TestContext.Current.CancellationToken);
        Assert.Equal(1, Accuracy(fit.Head, test.Rows, test.Labels), 0.02);
        Assert.Equal(1, fit.HoldoutAccuracy!.Value, 0.02);
        Assert.Equal(42, fit.HoldoutImages);
    }

    [Fact]
    public void A_handful_of_labels_a_class_is_enough_where_classes_are_apart()
    {
        var (all, labels) = Blobs.Create([40, 40, 40], 64, noise: 0.5, seed: 2);
        int[] few = [.. Enumerable.Range(0, labels.Length).Where(i => i % 40 < 3)];
        using var fit = ClassifierTrainer.Fit(Rows(all, few), [.. few.Select(i => labels[i])], ThreeClasses, new(), TestContext.Current.CancellationToken);
        Assert.Null(fit.Head.Hidden);
        Assert.True(Accuracy(fit.Head, all, labels) > 0.95);
    }

    // On labels that are pure chance an honest estimate is near one in three, whatever the training accuracy is.
    [Fact]
    public void The_holdout_accuracy_does_not_flatter()
    {
        var (noise, _) = Blobs.Create([150], 32, noise: 100, seed: 3);
        int[] labels = [.. Enumerable.Range(0, 150).Select(i => i % 3)];
        using var fit = ClassifierTrainer.Fit(noise, labels, ThreeClasses, new() { Head = HeadKind.Linear }, TestContext.Current.CancellationToken);
        Assert.InRange(fit.HoldoutAccuracy!.Value, 0.15, 0.5);
    }

    [Fact]
    public void A_rare_class_is_not_drowned_by_a_frequent_one()
    {
        var (train, labels) = Blobs.Create([600, 12], 8, noise: 2, seed: 4);
        using var balanced = ClassifierTrainer.Fit(train, labels, ["ant", "bee"], new() { Head = HeadKind.Linear }, TestContext.Current.CancellationToken);
        using var plain = ClassifierTrainer.Fit(train, labels, ["ant", "bee"], new() { Head = HeadKind.Linear, Balanced = false }, TestContext.Current.CancellationToken);
        double RecallOfRare(ClassifierHead head) => Predict(head, train).Zip(labels).Where(pair => pair.Second == 1).Average(pair => pair.First == 1 ? 1.0 : 0.0);
        Assert.True(RecallOfRare(balanced.Head) > RecallOfRare(plain.Head), $"{RecallOfRare(balanced.Head)} against {RecallOfRare(plain.Head)}");
    }

    [Theory]
    [InlineData(HeadKind.Linear)]
    [InlineData(HeadKind.Mlp)]
    public void The_same_input_gives_the_same_classifier(HeadKind kind)
    {
        var (train, labels) = Blobs.Create([30, 30, 30], 16, noise: 1, seed: 5);
        using var first = ClassifierTrainer.Fit(train, labels, ThreeClasses, new() { Head = kind, Seed = 7 }, TestContext.Current.CancellationToken);
        _ = rand(10); // the global generator must not matter
        using var second = ClassifierTrainer.Fit(train, labels, ThreeClasses, new() { Head = kind, Seed = 7 }, TestContext.Current.CancellationToken);
        Assert.Equal(ClassifierGraph.Build(first.Head), ClassifierGraph.Build(second.Head));
        Assert.Equal(first.HoldoutAccuracy, second.HoldoutAccuracy);
    }

    [Fact]
    public void One_image_a_class_trains_a_classifier_without_an_estimate()
    {
        var (train, labels) = Blobs.Create([1, 1, 1], 16, noise: 0.1, seed: 6);
        using var fit = ClassifierTrainer.Fit(train, labels, ThreeClasses, new(), TestContext.Current.CancellationToken);
        Assert.Null(fit.HoldoutAccuracy);
        Assert.Equal(1, Accuracy(fit.Head, train, labels));
    }

    [Fact]
    public void A_classifier_made_inside_a_dispose_scope_outlives_it()
    {
        var (train, labels) = Blobs.Create([5, 5], 8, noise: 0.1, seed: 7);
        ClassifierFit fit;
        using (NewDisposeScope()) fit = ClassifierTrainer.Fit(train, labels, ["ant", "bee"], new(), TestContext.Current.CancellationToken);
        using (fit) Assert.Equal(1, Accuracy(fit.Head, train, labels));
    }

    [Fact]
    public void One_class_is_refused_with_what_to_do()
    {
        var refusal = Assert.Throws<ClassifierException>(() =>
            ClassifierTrainer.Fit(new Embeddings(new float[8], 2, 4), [0, 0], ["ant"], new(), TestContext.Current.CancellationToken));
        Assert.Contains("at least one other class", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_class_without_an_image_is_refused_by_name()
    {
        var refusal = Assert.Throws<ClassifierException>(() =>
            ClassifierTrainer.Fit(new Embeddings(new float[8], 2, 4), [0, 2], ThreeClasses, new(), TestContext.Current.CancellationToken));
        Assert.Contains("'bee'", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void No_label_at_all_is_refused() =>
        Assert.Throws<ClassifierException>(() => ClassifierTrainer.Fit(new Embeddings([], 0, 4), [], [], new(), TestContext.Current.CancellationToken));

    [Fact]
    public void Unsorted_classes_are_refused() =>
        Assert.Throws<ArgumentException>(() => ClassifierTrainer.Fit(new Embeddings(new float[8], 2, 4), [0, 1], ["bee", "ant"], new(), TestContext.Current.CancellationToken));

    [Fact]
    public void Classes_are_numbered_by_ordinal_order()
    {
        var labels = ClassLabels.Of(["b", "a", "Z", "b", "é"]);
        Assert.Equal(["Z", "a", "b", "é"], labels.Classes);
        Assert.Equal([2, 1, 0, 2, 3], labels.Indices);
    }

    private static ((Embeddings Rows, int[] Labels) Even, (Embeddings Rows, int[] Labels) Odd) Halves(Embeddings all, int[] labels)
    {
        int[] even = [.. Enumerable.Range(0, labels.Length).Where(i => i % 2 == 0)], odd = [.. Enumerable.Range(0, labels.Length).Where(i => i % 2 == 1)];
        return ((Rows(all, even), [.. even.Select(i => labels[i])]), (Rows(all, odd), [.. odd.Select(i => labels[i])]));
    }

    private static Embeddings Rows(Embeddings all, int[] rows) => new([.. rows.SelectMany(row => all.Row(row).ToArray())], rows.Length, all.Dimensions);

    private static double Accuracy(ClassifierHead head, Embeddings embeddings, int[] labels) =>
        Predict(head, embeddings).Zip(labels, (predicted, label) => predicted == label ? 1.0 : 0.0).Average();

    private static int[] Predict(ClassifierHead head, Embeddings embeddings)
    {
        using var scope = NewDisposeScope();
        Tensor probabilities = head.Probabilities(tensor(embeddings.Data, [embeddings.Rows, embeddings.Dimensions]));
        return [.. probabilities.argmax(1).data<long>().Select(label => (int)label)];
    }
}
