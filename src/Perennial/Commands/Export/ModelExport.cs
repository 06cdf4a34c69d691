using Perennial.Commands.Triton;
using Perennial.Core.Generations;
using Perennial.Inference.Engines;

namespace Perennial.Commands.Export;

/// <summary>Writes the files of a generation for other programs.</summary>
internal sealed class ModelExport
{
    private const string LabelsFile = "labels.txt", PlanFile = "encoder.plan";

    private readonly GenerationFolder _generation;
    private readonly ExportChoice _choice;
    private readonly PlanWriter? _writePlan;
    private readonly List<string> _written = [];
    private string? _calibrated; // where an int8 encoder that was calibrated anew lies

    /// <param name="generation">What is exported.</param>
    /// <param name="choice">What of it.</param>
    /// <param name="engines">Where a TensorRT that can build plans is looked for.</param>
    /// <exception cref="UsageException">Something is asked for that this generation or this machine does not have.</exception>
    public ModelExport(GenerationFolder generation, ExportChoice choice, IReadOnlyList<EngineCandidate> engines)
    {
        (_generation, _choice) = (generation, choice);
        if (choice.Output is null && choice.Triton is null) throw new UsageException("Name a folder to write to: --output DIR for plain files, --triton DIR for a Triton model repository.");
        if (choice.MaxBatch is < 1 or > 1024) throw new UsageException($"--max-batch {choice.MaxBatch} is not within 1 to 1024.");
        if (choice.Triton is { } triton) TritonRepository.RefuseTaken(triton);
        if (choice.Fp16 && !Has(EncoderPrecision.Fp16)) throw new UsageException($"Generation {generation.Number} has no float16 encoder: a weight of it does not fit into float16.");
        if (choice is { Int8: true, Int8Model: null } && !Has(EncoderPrecision.Int8))
            throw new UsageException($"Generation {generation.Number} has no int8 encoder: int8 costs it too much accuracy, or it was not tried; name images to calibrate one with --data.");
        if (choice.TensorRt) _writePlan = Planner(engines);
        PlanPrecision = Has(EncoderPrecision.Fp16) ? EncoderPrecision.Fp16 : EncoderPrecision.Fp32;
    }

    /// <summary>Which encoder Triton is given: the plan, else fp16, else int8, each where it was asked for, else fp32.</summary>
    public string TritonEncoder => _choice switch
    {
        { TensorRt: true } => "plan",
        { Fp16: true } => EncoderPrecision.Fp16,
        { Int8: true } => EncoderPrecision.Int8,
        _ => EncoderPrecision.Fp32,
    };

    private string PlanPrecision { get; }

    private EngineOptions PlanOptions => new() { Kind = EngineKinds.TensorRt, Precision = PlanPrecision, MaxBatch = _choice.MaxBatch };

    /// <summary>Verifies the digests and writes; every file is whole before it has its name.</summary>
    /// <returns>The files in the order in which they were written.</returns>
    /// <exception cref="GenerationException">A file is not the one that was committed.</exception>
    /// <exception cref="EngineException">TensorRT cannot build the plan.</exception>
    public IReadOnlyList<string> Run()
    {
        _generation.Verify();
        string building = Directory.CreateTempSubdirectory("perennial-export-").FullName;
        try
        {
            if (_choice.Int8Model is { } model) File.WriteAllBytes(_calibrated = Path.Combine(building, GenerationFiles.EncoderInt8), model);
            string? plan = _writePlan is null ? null : Build(Path.Combine(building, PlanFile));
            if (_choice.Output is { } output) WritePlain(output, plan);
            if (_choice.Triton is { } triton)
            {
                TritonEncoder encoder = plan is not null ? new(plan, PlanPrecision, IsPlan: true) : new(FileOf(TritonEncoder), TritonEncoder, IsPlan: false);
                _written.AddRange(TritonRepository.Write(triton, _generation, encoder, _choice.MaxBatch));
            }
            return _written;
        }
        finally
        {
            Directory.Delete(building, recursive: true);
        }
    }

    private static PlanWriter Planner(IReadOnlyList<EngineCandidate> engines)
    {
        string? missing = EngineCandidates.Missing(engines, EngineKinds.TensorRt, new EngineOptions());
        if (missing is not null) throw new UsageException($"--tensorrt builds a plan with TensorRT, which cannot be used here: {missing}.");
        return engines.First(engine => engine.Kind == EngineKinds.TensorRt).WritePlan ?? throw new UsageException("--tensorrt: the TensorRT of this build writes no plans.");
    }

    private string Build(string plan)
    {
        _writePlan!(FileOf(PlanPrecision), _generation.Manifest.Files[EncoderPrecision.File(PlanPrecision)], PlanOptions, plan);
        return plan;
    }

    private void WritePlain(string output, string? plan)
    {
        Directory.CreateDirectory(output);
        List<string> names = [GenerationFiles.Encoder];
        if (_choice.Fp16) names.Add(EncoderPrecision.File(EncoderPrecision.Fp16));
        if (_choice.Int8) names.Add(EncoderPrecision.File(EncoderPrecision.Int8));
        names.AddRange(new[] { GenerationFiles.Classifier, GenerationFiles.Weights }.Where(_generation.Has));
        foreach (string name in names) Place(name, to => File.Copy(name == GenerationFiles.EncoderInt8 ? FileOf(EncoderPrecision.Int8) : _generation.File(name), to, overwrite: true));
        if (plan is not null) Place(PlanFile, to => File.Copy(plan, to, overwrite: true));
        if (_generation.Manifest.Labels.Count > 0) Place(LabelsFile, to => File.WriteAllLines(to, _generation.Manifest.Labels));

        void Place(string name, Action<string> write)
        {
            string to = Path.Combine(output, name);
            try
            {
                write(to + ".part");
                File.Move(to + ".part", to, overwrite: true);
            }
            finally
            {
                File.Delete(to + ".part");
            }
            _written.Add(to);
        }
    }

    private bool Has(string precision) => _generation.Has(EncoderPrecision.File(precision));

    private string FileOf(string precision) => precision == EncoderPrecision.Int8 && _calibrated is { } path ? path : _generation.File(EncoderPrecision.File(precision));
}
