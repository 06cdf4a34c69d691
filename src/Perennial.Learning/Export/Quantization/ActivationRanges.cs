using static TorchSharp.torch;

namespace Perennial.Learning.Export.Quantization;

/// <summary>
/// What was seen of each activation: first its smallest and largest value, then how its values are spread between them. A calibration pass over the same
/// images for each, <see cref="Spread"/> between them.
/// </summary>
internal sealed class ActivationRanges
{
    private const int Bins = 8192;

    private readonly Dictionary<string, Seen> _seen = new(StringComparer.Ordinal);
    private bool _spreading;

    /// <summary>From now on values are counted within the ranges found.</summary>
    public void Spread() => _spreading = true;

    /// <summary>Takes note of an activation's values.</summary>
    public void See(string name, Tensor values)
    {
        using var scope = NewDisposeScope();
        if (!_seen.TryGetValue(name, out Seen? seen)) _seen[name] = seen = new Seen();
        if (_spreading) seen.Count(values);
        else seen.Widen(values.min().item<float>(), values.max().item<float>());
    }

    /// <summary>A scale for each activation.</summary>
    /// <exception cref="ExportException">An activation is not finite.</exception>
    public Dictionary<string, ActivationScale> Scales(CalibrationMethod method) =>
        _seen.ToDictionary(entry => entry.Key, entry => entry.Value.Scale(method), StringComparer.Ordinal);

    private sealed class Seen
    {
        private readonly long[] _counts = new long[Bins];
        private float _low, _high; // 0 is within every range

        public void Widen(float low, float high) => (_low, _high) = (Math.Min(_low, low), Math.Max(_high, high)); // NaN stays NaN

        public void Count(Tensor values)
        {
            if (!(_high > _low) || !float.IsFinite(_high - _low)) return;
            Tensor places = values.sub(_low).mul_(Bins / ((double)_high - _low)).clamp_(0, Bins - 1).to(int64).flatten();
            long[] counts = bincount(places, weights: null, minlength: Bins).ToIntegers();
            for (int i = 0; i < Bins; i++) _counts[i] += counts[i];
        }

        // Half of the share left out at either end; where nothing is negative, all of it at the top.
        public ActivationScale Scale(CalibrationMethod method)
        {
            long total = _counts.Sum();
            if (method.Percentile >= 100 || total == 0) return ActivationScale.Of(_low, _high);
            double outside = total * (1 - method.Percentile / 100) / (_low < 0 && _high > 0 ? 2 : 1);
            double width = ((double)_high - _low) / Bins;
            int first = 0, last = Bins - 1;
            if (_low < 0) for (double left = outside - _counts[first]; left >= 0 && first < last; left -= _counts[++first]) { }
            if (_high > 0) for (double left = outside - _counts[last]; left >= 0 && first < last; left -= _counts[--last]) { }
            return ActivationScale.Of((float)(_low + first * width), (float)(_low + (last + 1) * width));
        }
    }
}
