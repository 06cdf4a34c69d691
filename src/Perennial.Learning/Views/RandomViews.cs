using static TorchSharp.torch;

namespace Perennial.Learning.Views;

/// <summary>
/// Makes a random view of every image of a batch, each with its own draws. A view depends on seed, epoch, the image's key and the view's number
/// alone: not on the batch it is in, the device or what was drawn before.
/// </summary>
/// <param name="parameters">Crop, flip, colours, blur, solarisation.</param>
/// <param name="seed">Another seed, other views.</param>
public sealed class RandomViews(ViewParameters parameters, long seed)
{
    /// <summary>View <paramref name="view"/> of each image in this epoch.</summary>
    /// <param name="images">[N, 3, S, S], uint8, or float32 in [0, 1]</param>
    /// <param name="keys">N numbers from 0 that tell the images apart, for instance their rows in the set.</param>
    /// <param name="epoch">From 0.</param>
    /// <param name="view">From 0.</param>
    /// <returns>[N, 3, T, T], float32 in [0, 1], without gradient; T is the parameters' size, or S</returns>
    public Tensor Render(Tensor images, ReadOnlySpan<int> keys, int epoch, int view)
    {
        if (keys.Length != images.shape[0]) throw new ArgumentException($"{keys.Length} keys do not name {images.shape[0]} images.", nameof(keys));
        var draws = new ViewDraw[keys.Length];
        for (int i = 0; i < draws.Length; i++)
        {
            var random = new RandomStream((ulong)seed, RandomPurpose.View(view), (uint)epoch, (uint)keys[i]);
            draws[i] = ViewDraw.From(ref random, parameters, (int)images.shape[2]);
        }
        return Render(images, draws, parameters.Size);
    }

    internal static Tensor Render(Tensor images, ViewDraw[] draws, int target = 0)
    {
        using var noGrad = no_grad();
        using var scope = NewDisposeScope();
        int source = (int)images.shape[2], size = target > 0 ? target : source;
        var device = images.device;
        Tensor PerImage(Func<ViewDraw, float> value) => tensor(Array.ConvertAll(draws, d => value(d)), device: device); // [N]

        var pixels = images.dtype == ScalarType.Byte ? images.to(float32).div_(255) : images;
        var vertical = Resampling.Stretch(PerImage(d => d.Crop.Top), PerImage(d => d.Crop.Height), PerImage(_ => 0), source, size);
        var horizontal = Resampling.Stretch(PerImage(d => d.Crop.Left), PerImage(d => d.Crop.Width), PerImage(d => d.Flip ? 1 : 0), source, size);
        var views = Resampling.Apply(pixels, vertical, horizontal); // [N, 3, T, T]

        // At each place in the order, the images are grouped by the change that is theirs there.
        for (int place = 0; place < 4; place++)
            foreach (var kind in Enum.GetValues<ColourChangeKind>())
                Replace(views, draws, d => d.Jitter.Length > 0 && d.Jitter[place].Kind == kind, (some, rows) =>
                    Colours.Change(kind, some, Amounts(rows, i => draws[i].Jitter[place].Amount, device)));
        Replace(views, draws, d => d.Grayscale, (some, _) => Colours.Grey(some).expand(-1, 3, -1, -1));
        Replace(views, draws, d => d.BlurSigma > 0, (some, rows) =>
        {
            var blur = Resampling.Blur(Amounts(rows, i => (float)draws[i].BlurSigma, device), size);
            return Resampling.Apply(some, blur, blur);
        });
        Replace(views, draws, d => d.Solarize, (some, _) => Colours.Solarize(some));
        return views.MoveToOuterDisposeScope();
    }

    // Changes in place those views whose draw is chosen; the change gets them, [n, 3, S, S], and their rows.
    private static void Replace(Tensor views, ViewDraw[] draws, Predicate<ViewDraw> chosen, Func<Tensor, long[], Tensor> change)
    {
        long[] rows = [.. Enumerable.Range(0, draws.Length).Where(i => chosen(draws[i])).Select(i => (long)i)];
        if (rows.Length == 0) return;
        using var scope = NewDisposeScope();
        var index = tensor(rows, device: views.device);
        views.index_copy_(0, index, change(views.index_select(0, index), rows));
    }

    private static Tensor Amounts(long[] rows, Func<long, float> amount, Device device) =>
        tensor(Array.ConvertAll(rows, i => amount(i)), [rows.Length, 1, 1, 1], device: device);
}
