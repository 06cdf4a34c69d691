using System.Buffers.Binary;
using System.Numerics;
using Google.Protobuf;
using Perennial.Learning.Pretraining;

namespace Perennial.Learning.Tests.Pretraining;

/// <summary>
/// Reads event files as TensorFlow's record format has them: length (8 bytes), its masked CRC-32C (4), the event, its masked CRC-32C (4); and events by
/// the field numbers of event.proto and summary.proto.
/// </summary>
public sealed class TensorBoardLogTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("perennial-board-").FullName;

    [Fact]
    public void Curves_are_read_back_by_the_format()
    {
        var log = new TensorBoardLog(_directory);
        log.Step(Progress(step: 3, loss: 2.5, knn: null));
        log.Epoch(Progress(step: 8, loss: 1.5, knn: 0.25), measured: true);
        List<(long Step, string Tag, float Value)> scalars = [.. Directory.EnumerateFiles(_directory, "events.out.tfevents.*").SelectMany(Scalars)];
        Assert.Contains((3, "train/loss", 2.5f), scalars);
        Assert.Contains((8, "train/loss", 1.5f), scalars);
        Assert.Contains((8, "train/learning_rate", 0.125f), scalars);
        Assert.Contains((8, "eval/knn_accuracy", 0.25f), scalars);
        Assert.DoesNotContain(scalars, scalar => scalar.Step == 3 && scalar.Tag.StartsWith("eval", StringComparison.Ordinal));
    }

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    private static TrainingProgress Progress(long step, double loss, double? knn) => new(1, 2, step, 16, loss, 0.125, 300, TimeSpan.Zero, knn, 1, 12);

    private static IEnumerable<(long Step, string Tag, float Value)> Scalars(string path)
    {
        byte[] file = File.ReadAllBytes(path);
        for (int at = 0; at < file.Length;)
        {
            int length = (int)BinaryPrimitives.ReadInt64LittleEndian(file.AsSpan(at));
            Assert.Equal(Masked(file.AsSpan(at, 8)), BinaryPrimitives.ReadUInt32LittleEndian(file.AsSpan(at + 8)));
            Assert.Equal(Masked(file.AsSpan(at + 12, length)), BinaryPrimitives.ReadUInt32LittleEndian(file.AsSpan(at + 12 + length)));
            if (Scalar(file.AsSpan(at + 12, length).ToArray()) is { } scalar) yield return scalar;
            at += 16 + length;
        }
    }

    private static uint Masked(ReadOnlySpan<byte> bytes)
    {
        uint crc = uint.MaxValue;
        foreach (byte value in bytes) crc = BitOperations.Crc32C(crc, value);
        crc = ~crc;
        return BitOperations.RotateRight(crc, 15) + 0xa282ead8u;
    }

    // Event: step = 2 (varint), summary = 5. Summary: value = 1. Value: tag = 1, simple_value = 2 (fixed32).
    private static (long Step, string Tag, float Value)? Scalar(byte[] bytes)
    {
        (long step, string? tag, float value) = (0, null, 0);
        Read(bytes, (number, input) =>
        {
            if (number == 2) step = input.ReadInt64();
            else if (number == 5) Read(input.ReadBytes().ToByteArray(), (_, summary) => Read(summary.ReadBytes().ToByteArray(), (field, one) =>
            {
                if (field == 1) tag = one.ReadString();
                else if (field == 2) value = one.ReadFloat();
                else one.SkipLastField();
            }));
            else input.SkipLastField();
        });
        return tag is null ? null : (step, tag, value);
    }

    private static void Read(byte[] bytes, Action<int, CodedInputStream> field)
    {
        var input = new CodedInputStream(bytes);
        while (input.ReadTag() is not 0 and uint tag) field(WireFormat.GetTagFieldNumber(tag), input);
    }
}
