using Perennial.Learning.Export;
using Perennial.Learning.Finetuning;
using static TorchSharp.torch;

namespace Perennial.Learning.Tests.Export;

public sealed class ClassifierGraphTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(24)]
    public void The_exported_file_computes_what_torch_computes(int hidden)
    {
        using ClassifierHead head = new(16, 5, hidden);
        using OnnxFile file = new(ClassifierGraph.Build(head));
        foreach (int batch in (int[])[1, 3, 16])
        {
            using var scope = NewDisposeScope();
            Tensor embeddings = nn.functional.normalize(randn(batch, 16), dim: 1);
            float[] expected = head.Probabilities(embeddings).ToSingles();
            Agreement agreement = Agreement.Of(expected, file.Run(embeddings.ToSingles(), batch, 16), batch);
            Assert.True(agreement.MaxDifference < 1e-6, agreement.ToString());
        }
    }

    [Fact]
    public void Logits_of_a_thousand_still_make_probabilities()
    {
        using ClassifierHead head = new(2, 3, 0);
        using (no_grad()) head.Output.weight.copy_(tensor(new float[] { 1000, 0, 0, 1000, -1000, 0 }, [3, 2]));
        using OnnxFile file = new(ClassifierGraph.Build(head));
        float[] probabilities = file.Run([1, 0], 1, 2);
        Assert.Equal(1f, probabilities[0], 1e-6f);
        Assert.Equal(1f, probabilities.Sum(), 1e-6f);
    }

    [Fact]
    public void Input_and_output_bear_the_names_of_the_contract()
    {
        using ClassifierHead head = new(16, 5, 0);
        using OnnxFile file = new(ClassifierGraph.Build(head));
        Assert.Equal(("embedding", 16), (file.Session.InputMetadata.Single().Key, file.Session.InputMetadata.Single().Value.Dimensions[1]));
        Assert.Equal(("probabilities", 5), (file.Session.OutputMetadata.Single().Key, file.Session.OutputMetadata.Single().Value.Dimensions[1]));
    }
}
