namespace Perennial.Tests.Commands;

/// <summary>What people get wrong: exit code 2 and one sentence, before anything is trained or written.</summary>
public sealed class BadInputTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("perennial-bad-input-").FullName;

    [Theory]
    [InlineData("pretrain simclr-small --data {0} --output {0}/out --epochs 0", "epochs")]
    [InlineData("pretrain simclr-small --data {0} --output {0}/out --temperature -1", "temperature")]
    [InlineData("pretrain simclr-small --data {0} --output {0}/out --amp fp8", "amp")]
    [InlineData("pretrain simclr-small --data {0} --output {0}/out --set nonsense=1", "nonsense")]
    [InlineData("pretrain simclr-small --data {0} --output {0}/out --set nonsense", "KEY=VALUE")]
    [InlineData("pretrain nosuchmethod --data {0} --output {0}/out", "nosuchmethod")]
    [InlineData("pretrain --data {0} --output {0}/out", "METHOD")]
    [InlineData("pretrain simclr-small --data {0} --output {0}/out --limit 1", "--limit")]
    [InlineData("pretrain simclr-small --data {0} --output {0}/out", "images")]
    [InlineData("pretrain simclr-small --data {0}/nothing --output {0}/out", "nothing")]
    [InlineData("pretrain simclr-small --output {0}/out", "--data")]
    [InlineData("pretrain simclr-small --data {0} --output {0}/out --extend 100", "no finished run")]
    [InlineData("pretrain simclr-small --data {0} --output {0}/out --extend -1", "--extend -1")]
    [InlineData("pretrain simclr-small --data {0} --output {0}/out --init {0}/weights.safetensors", "weights.safetensors")]
    [InlineData("pretrain byol --data {0} --output {0}/out --queue-size 4096", "moco")]
    [InlineData("pretrain moco --data {0} --output {0}/out --queue-size 1000", "multiple")]
    [InlineData("knn-eval --pretrained {0} --data {0}", "generation")]
    [InlineData("knn-eval --pretrained {0}/nothing --data {0}", "nothing")]
    [InlineData("linear-eval --pretrained {0} --data {0}", "generation")]
    [InlineData("finetune --pretrained {0} --data {0} --output {0}/out", "generation")]
    [InlineData("finetune --pretrained {0} --data {0} --output {0}/out --labels 0%", "0%")]
    [InlineData("finetune --pretrained {0} --data {0} --output {0}/out --labels some", "some")]
    [InlineData("finetune --pretrained {0} --data {0} --output {0}/out --unfreeze-after-epoch 30", "never be trained")]
    [InlineData("finetune --pretrained {0} --data {0} --output {0}/out --unfreeze-after-epoch 1 --head mlp", "mlp")]
    [InlineData("finetune --pretrained {0} --data {0} --output {0}/out --learning-rate 0.1", "--unfreeze-after-epoch")]
    [InlineData("finetune --pretrained {0} --data {0} --output {0}/out --unfreeze-after-epoch 0 --layer-decay 2", "--layer-decay 2")]
    [InlineData("pretrain dino-vit --data {0} --output {0}/out --patch-size 5", "divide")]
    [InlineData("pretrain simclr --data {0} --output {0}/out --patch-size 4", "vit_tiny")]
    [InlineData("export --model {0} --output {0}/out", "generation")]
    [InlineData("embed {0} --output {0}/out.csv --model {0}", "generation")]
    [InlineData("search {0}/nothing.png", "nothing.png")]
    [InlineData("search {0}/nothing.png -k 0", "-k 0")]
    [InlineData("ingest {0} --url elsewhere", "elsewhere")]
    public async Task Is_refused_in_one_sentence_that_names_it(string line, string named)
    {
        CommandLine told = await CommandLine.RunAsync(string.Format(System.Globalization.CultureInfo.InvariantCulture, line, _folder).Split(' '));
        told.IsRefusedInOneSentence();
        Assert.Contains(named, told.Error, StringComparison.Ordinal);
        Assert.Empty(Directory.EnumerateFileSystemEntries(_folder));
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);
}
