using System.Net;
using Perennial.Client;
using Perennial.Core.Corpus;
using Perennial.Core.Generations;
using Perennial.Core.Images;
using Perennial.Inference.Swapping;
using Perennial.Learning.Finetuning;
using Perennial.Learning.Networks;
using Perennial.Learning.Pretraining;

namespace Perennial.Commands;

/// <summary>How an exception is told to the person: one sentence and an exit code.</summary>
internal sealed record Failure(int ExitCode, string Sentence)
{
    /// <summary>Set to anything, this environment variable adds the stack trace: for reports of defects.</summary>
    public const string TraceVariable = "PERENNIAL_TRACE";

    public static Failure Of(Exception exception)
    {
        Exception cause = exception is AggregateException { InnerExceptions: [Exception only] } ? only : exception;
        (int code, string sentence) = cause switch
        {
            UsageException or SafetensorsException or DatasetException or InvalidImageException or GenerationException or CatalogueException or AdmissionException or RecipeException or ClassifierException or DeviceException => (Commands.ExitCode.BadUsageOrInput, cause.Message),
            ServiceException { Status: >= HttpStatusCode.BadRequest and < HttpStatusCode.TooManyRequests } => (Commands.ExitCode.BadUsageOrInput, cause.Message),
            OperationCanceledException => (Commands.ExitCode.Failed, "Stopped before the end."),
            _ => (Commands.ExitCode.Failed, cause.Message),
        };
        sentence = string.Join(' ', sentence.Split(['\r', '\n'], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries));
        return new Failure(code, Environment.GetEnvironmentVariable(TraceVariable) is { Length: > 0 } ? $"{sentence}\n{exception}" : sentence);
    }
}
