namespace Perennial.Inference.Tests.Engines.TensorRt;

/// <summary>The tests of TensorRT run one after another: a native library has one state a process.</summary>
[CollectionDefinition(Name)]
public sealed class TensorRtCollection : ICollectionFixture<StandInBuild>
{
    public const string Name = "TensorRT";

    public static TheoryData<string> StandIns => ["10", "11"];

    public static TheoryData<string> All => ["10", "11", Subject.Real];
}
