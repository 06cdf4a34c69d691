namespace Perennial.Inference.Engines.TensorRt.Interop;

/// <summary>nvinfer1::DataType, as far as it is told apart here.</summary>
internal enum NvDataType
{
    Float = 0,
    Half = 1,
}

/// <summary>nvinfer1::TensorIOMode.</summary>
internal enum NvIOMode
{
    None = 0,
    Input = 1,
    Output = 2,
}

/// <summary>nvinfer1::OptProfileSelector.</summary>
internal enum NvProfileSelector
{
    Min = 0,
    Opt = 1,
    Max = 2,
}
