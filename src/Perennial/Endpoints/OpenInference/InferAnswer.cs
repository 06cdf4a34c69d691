using System.Buffers;
using System.Globalization;
using System.Text.Json;
using Perennial.Core.Generations;

namespace Perennial.Endpoints.OpenInference;

/// <summary>Writes an inference answer: JSON, with those tensors behind it that were asked for in binary.</summary>
internal static class InferAnswer
{
    /// <param name="response">Where to.</param>
    /// <param name="model">"encoder" or "classifier".</param>
    /// <param name="generation">The one that answers: its number is the version, its digest a parameter.</param>
    /// <param name="request">What was asked for.</param>
    /// <param name="isRaw">Whether the request had no JSON part: then all outputs are binary.</param>
    /// <param name="outputs">All outputs of the model.</param>
    /// <exception cref="ProblemException">400: an output is asked for that the model does not have, or twice.</exception>
    public static async Task WriteAsync(HttpResponse response, string model, GenerationManifest generation, InferRequest request, bool isRaw, IReadOnlyList<OutputTensor> outputs)
    {
        bool usuallyBinary = isRaw || InferBody.Flag(request.Parameters, "binary_data_output") == true;
        List<(OutputTensor Tensor, bool Binary)> wanted = [];
        foreach (InferOutput output in request.Outputs is { Count: > 0 } named ? named : [.. outputs.Select(tensor => new InferOutput { Name = tensor.Name })])
        {
            OutputTensor tensor = outputs.FirstOrDefault(tensor => tensor.Name == output.Name)
                ?? throw ProblemException.Invalid($"The model has no output '{output.Name}'; it has {string.Join(", ", outputs.Select(tensor => $"'{tensor.Name}'"))}.");
            if (wanted.Any(chosen => chosen.Tensor == tensor)) throw ProblemException.Invalid($"The output '{output.Name}' is asked for twice.");
            wanted.Add((tensor, InferBody.Flag(output.Parameters, "binary_data") ?? usuallyBinary));
        }

        ArrayBufferWriter<byte> body = new();
        WriteJson(body, model, generation, request.Id, wanted);
        if (wanted.Any(output => output.Binary))
        {
            response.Headers[InferBody.JsonLengthHeader] = body.WrittenCount.ToString(CultureInfo.InvariantCulture);
            response.ContentType = "application/octet-stream";
            foreach ((OutputTensor tensor, bool binary) in wanted)
            {
                if (binary) body.Write(tensor.Bytes());
            }
        }
        else
        {
            response.ContentType = "application/json";
        }
        response.ContentLength = body.WrittenCount;
        await response.BodyWriter.WriteAsync(body.WrittenMemory, response.HttpContext.RequestAborted);
    }

    private static void WriteJson(ArrayBufferWriter<byte> body, string model, GenerationManifest generation, string? id, List<(OutputTensor Tensor, bool Binary)> wanted)
    {
        using Utf8JsonWriter json = new(body);
        json.WriteStartObject();
        json.WriteString("model_name", model);
        json.WriteString("model_version", generation.Number.ToString(CultureInfo.InvariantCulture));
        if (id is not null) json.WriteString("id", id);
        json.WriteStartObject("parameters");
        json.WriteString("digest", generation.Digest);
        json.WriteEndObject();
        json.WriteStartArray("outputs");
        foreach ((OutputTensor tensor, bool binary) in wanted)
        {
            json.WriteStartObject();
            json.WriteString("name", tensor.Name);
            json.WriteString("datatype", tensor.Datatype);
            json.WriteStartArray("shape");
            foreach (long extent in tensor.Shape) json.WriteNumberValue(extent);
            json.WriteEndArray();
            if (binary)
            {
                json.WriteStartObject("parameters");
                json.WriteNumber("binary_data_size", tensor.Bytes().Length);
                json.WriteEndObject();
            }
            else
            {
                json.WriteStartArray("data");
                foreach (float number in tensor.Numbers) json.WriteNumberValue(number);
                foreach (string text in tensor.Texts) json.WriteStringValue(text);
                json.WriteEndArray();
            }
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.WriteEndObject();
    }
}
