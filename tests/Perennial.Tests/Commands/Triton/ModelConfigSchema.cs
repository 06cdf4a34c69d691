namespace Perennial.Tests.Commands.Triton;

/// <summary>
/// The part of Triton's model_config.proto (triton-inference-server/common, protobuf/model_config.proto) that a repository of ours may use: field names and
/// types; "[]" is repeated, and a map is a repeated message of key and value.
/// </summary>
internal static class ModelConfigSchema
{
    public static readonly Dictionary<string, Dictionary<string, string>> Messages = new()
    {
        ["ModelConfig"] = Fields(
            "name string", "platform string", "backend string", "runtime string", "version_policy ModelVersionPolicy", "max_batch_size int32", "input ModelInput[]",
            "output ModelOutput[]", "optimization ModelOptimizationPolicy", "dynamic_batching ModelDynamicBatching", "ensemble_scheduling ModelEnsembling",
            "instance_group ModelInstanceGroup[]", "default_model_filename string", "metric_tags TextEntry[]", "parameters ParameterEntry[]", "model_warmup ModelWarmup[]"),
        ["ModelVersionPolicy"] = Fields("latest Latest"),
        ["Latest"] = Fields("num_versions uint32"),
        ["ModelInput"] = Fields("name string", "data_type DataType", "format Format", "dims int64[]", "reshape ModelTensorReshape", "is_shape_tensor bool", "allow_ragged_batch bool", "optional bool"),
        ["ModelOutput"] = Fields("name string", "data_type DataType", "dims int64[]", "reshape ModelTensorReshape", "label_filename string", "is_shape_tensor bool"),
        ["ModelTensorReshape"] = Fields("shape int64[]"),
        ["ModelInstanceGroup"] = Fields("name string", "kind Kind", "count int32", "gpus int32[]", "profile string[]", "passive bool", "host_policy string"),
        ["ModelOptimizationPolicy"] = Fields("execution_accelerators ExecutionAccelerators", "eager_batching bool"),
        ["ExecutionAccelerators"] = Fields("gpu_execution_accelerator Accelerator[]", "cpu_execution_accelerator Accelerator[]"),
        ["Accelerator"] = Fields("name string", "parameters TextEntry[]"),
        ["ModelDynamicBatching"] = Fields("preferred_batch_size int32[]", "max_queue_delay_microseconds uint64", "preserve_ordering bool", "priority_levels uint64"),
        ["ModelEnsembling"] = Fields("step Step[]", "max_inflight_requests uint32"),
        ["Step"] = Fields("model_name string", "model_version int64", "input_map TextEntry[]", "output_map TextEntry[]", "model_namespace string"),
        ["ModelParameter"] = Fields("string_value string"),
        ["ModelWarmup"] = Fields("name string", "batch_size uint32", "inputs WarmupEntry[]", "count uint32"),
        ["WarmupInput"] = Fields("data_type DataType", "dims int64[]", "zero_data bool", "random_data bool", "input_data_file string"),
        ["TextEntry"] = Fields("key string", "value string"),
        ["ParameterEntry"] = Fields("key string", "value ModelParameter"),
        ["WarmupEntry"] = Fields("key string", "value WarmupInput"),
    };

    public static readonly Dictionary<string, string[]> Enums = new()
    {
        ["DataType"] = ["TYPE_BOOL", "TYPE_UINT8", "TYPE_INT8", "TYPE_INT32", "TYPE_INT64", "TYPE_FP16", "TYPE_FP32", "TYPE_FP64", "TYPE_STRING", "TYPE_BF16"],
        ["Format"] = ["FORMAT_NONE", "FORMAT_NHWC", "FORMAT_NCHW"],
        ["Kind"] = ["KIND_AUTO", "KIND_GPU", "KIND_CPU", "KIND_MODEL"],
    };

    private static Dictionary<string, string> Fields(params string[] fields) => fields.Select(field => field.Split(' ')).ToDictionary(field => field[0], field => field[1]);
}
