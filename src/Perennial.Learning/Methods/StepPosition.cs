namespace Perennial.Learning.Methods;

/// <summary>Where a run is, for what changes on the way (a momentum, a teacher's temperature).</summary>
/// <param name="Precision">Number format of the networks' arithmetic.</param>
/// <param name="Step">k, counted from 0.</param>
/// <param name="Steps">K, of the whole run.</param>
public readonly record struct StepPosition(Precision Precision, long Step, long Steps);
