namespace Perennial.Inference.Engines.TensorRt;

/// <summary>How grave a message of TensorRT's is; TensorRT's own numbers.</summary>
public enum TensorRtSeverity
{
    InternalError = 0,
    Error = 1,
    Warning = 2,
    Info = 3,
    Verbose = 4,
}
