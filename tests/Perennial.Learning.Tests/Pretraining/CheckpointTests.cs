using Perennial.Learning.Pretraining;
using static TorchSharp.torch;

namespace Perennial.Learning.Tests.Pretraining;

public sealed class CheckpointTests : IDisposable
{
    private readonly string _directory = Path.Combine(Path.GetTempPath(), $"perennial-{Guid.NewGuid():N}");

    [Fact]
    public void The_newest_state_comes_back_bit_for_bit()
    {
        var checkpoint = new Checkpoint(_directory, "run");
        var weights = rand(3, 5);
        checkpoint.Write(10, new Phase(0, 100), State(weights, 10));
        checkpoint.Write(20, new Phase(0, 100), State(weights * 2, 20));
        var restored = State(zeros(3, 5), 0);
        Assert.Equal((20, new Phase(0, 100)), checkpoint.Restore(restored));
        Assert.Equal((weights * 2).data<float>().ToArray(), restored["w"].data<float>().ToArray());
        Assert.Equal(20, restored["steps"].item<long>());
    }

    [Fact]
    public void The_last_two_are_kept_and_nothing_half_written_stays()
    {
        var checkpoint = new Checkpoint(_directory, "run");
        for (int step = 1; step <= 5; step++) checkpoint.Write(step, new Phase(0, 100), State(rand(3, 5), step));
        Assert.Equal(["step-000000004.safetensors", "step-000000005.safetensors"], Directory.GetFiles(_directory).Select(Path.GetFileName).Order());
    }

    [Fact]
    public void A_damaged_one_is_passed_over_for_the_one_before()
    {
        var checkpoint = new Checkpoint(_directory, "run");
        checkpoint.Write(1, new Phase(0, 100), State(rand(3, 5), 1));
        checkpoint.Write(2, new Phase(0, 100), State(rand(3, 5), 2));
        string newest = Directory.GetFiles(_directory).Max()!;
        File.WriteAllBytes(newest, File.ReadAllBytes(newest)[..^7]);
        Assert.Equal(1, checkpoint.Restore(State(zeros(3, 5), 0))?.Step);
    }

    [Fact]
    public void One_of_another_run_or_another_network_is_refused()
    {
        new Checkpoint(_directory, "run").Write(1, new Phase(0, 100), State(rand(3, 5), 1));
        Assert.Throws<TrainingException>(() => new Checkpoint(_directory, "other").Restore(State(zeros(3, 5), 0)));
        Assert.Throws<TrainingException>(() => new Checkpoint(_directory, "run").Restore(State(zeros(3, 6), 0)));
    }

    [Fact]
    public void Where_there_is_none_the_run_begins_at_step_0() =>
        Assert.Null(new Checkpoint(_directory, "run").Restore(State(zeros(3, 5), 0)));

    public void Dispose()
    {
        if (Directory.Exists(_directory)) Directory.Delete(_directory, recursive: true);
    }

    private static Dictionary<string, Tensor> State(Tensor weights, long steps) => new() { ["w"] = weights, ["steps"] = tensor(steps) };
}
