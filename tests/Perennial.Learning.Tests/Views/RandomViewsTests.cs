using Perennial.Learning.Views;
using static TorchSharp.torch;

namespace Perennial.Learning.Tests.Views;

public sealed class RandomViewsTests
{
    private static readonly ViewParameters Everything = new() { BlurProbability = 0.5, SolarizeProbability = 0.3 };
    private static readonly ViewParameters Nothing = new()
    {
        CropScaleMin = 1,
        CropRatioMin = 1,
        CropRatioMax = 1,
        FlipProbability = 0,
        JitterProbability = 0,
        GrayscaleProbability = 0,
    };

    [Fact]
    public void The_same_address_gives_the_same_view_in_any_batch()
    {
        using var scope = NewDisposeScope();
        var images = Images(8);
        var views = new RandomViews(Everything, seed: 3);
        var whole = views.Render(images, [0, 1, 2, 3, 4, 5, 6, 7], epoch: 2, view: 1);
        var part = views.Render(images.index_select(0, tensor([5L, 2])), [5, 2], epoch: 2, view: 1);
        Assert.True(part.allclose(whole.index_select(0, tensor([5L, 2])), atol: 1e-5));
        Assert.Equal([8, 3, 32, 32], whole.shape);
    }

    [Fact]
    public void Seed_epoch_view_and_image_each_give_another_view()
    {
        using var scope = NewDisposeScope();
        var image = Images(1);
        Tensor View(long seed, int key, int epoch, int view) => new RandomViews(Everything, seed).Render(image, [key], epoch, view);
        Tensor[] views = [View(0, 0, 0, 0), View(1, 0, 0, 0), View(0, 1, 0, 0), View(0, 0, 1, 0), View(0, 0, 0, 1)];
        for (int i = 0; i < views.Length; i++)
            for (int j = 0; j < i; j++)
                Assert.True(views[i].sub(views[j]).abs().max().item<float>() > 0.01, $"{i} and {j} are the same view");
    }

    [Fact]
    public void Images_of_one_batch_are_changed_each_in_its_own_way()
    {
        using var scope = NewDisposeScope();
        var same = Images(1).expand(16, -1, -1, -1);
        var views = new RandomViews(new ViewParameters { CropScaleMin = 0.3, CropScaleMax = 0.4 }, 0).Render(same, [.. Enumerable.Range(0, 16)], 0, 0);
        for (int i = 1; i < 16; i++) Assert.True(views[i].sub(views[0]).abs().mean().item<float>() > 0.01);
    }

    [Fact]
    public void Without_any_change_the_view_is_the_image()
    {
        using var scope = NewDisposeScope();
        var images = Images(3);
        var views = new RandomViews(Nothing, 0).Render(images, [0, 1, 2], 0, 0);
        Assert.True(views.allclose(images.to(float32) / 255, atol: 1e-5));
    }

    [Fact]
    public void Views_stay_between_black_and_white_and_carry_no_gradient()
    {
        using var scope = NewDisposeScope();
        var strong = Everything with { Brightness = 1, Contrast = 1, Saturation = 1, Hue = 0.5, JitterProbability = 1 };
        var views = new RandomViews(strong, 1).Render(Images(64), [.. Enumerable.Range(0, 64)], 0, 0);
        Assert.InRange(views.min().item<float>(), -1e-5f, 1);
        Assert.InRange(views.max().item<float>(), 0, 1 + 1e-5f);
        Assert.False(views.requires_grad);
        Assert.False(views.isnan().any().item<bool>());
    }

    [Fact] // brightness clamps, so that before contrast it gives another picture than after
    public void The_changes_of_colour_are_applied_in_the_order_drawn()
    {
        using var scope = NewDisposeScope();
        var images = Images(2).to(float32) / 255;
        var bright = new ColourChange(ColourChangeKind.Brightness, 1.8f);
        var flat = new ColourChange(ColourChangeKind.Contrast, 0.3f);
        ColourChange[] same = [new(ColourChangeKind.Saturation, 1), new(ColourChangeKind.Hue, 0)];
        ViewDraw Drawn(params ColourChange[] jitter) => new(new CropBox(0, 0, 32, 32), false, jitter, false, 0, false);
        var actual = RandomViews.Render(images, [Drawn([bright, flat, .. same]), Drawn([flat, .. same, bright])]);

        Tensor Apply(ColourChange change, Tensor image) => Colours.Change(change.Kind, image, tensor([change.Amount], [1, 1, 1, 1]));
        Assert.True(actual[..1].allclose(Apply(flat, Apply(bright, images[..1])), atol: 1e-5));
        Assert.True(actual[1..].allclose(Apply(bright, Apply(flat, images[1..])), atol: 1e-5));
        Assert.False(Apply(flat, Apply(bright, images[1..])).allclose(actual[1..], atol: 1e-2));
    }

    [Fact]
    public void As_many_keys_as_images_are_needed() =>
        Assert.Throws<ArgumentException>(() => new RandomViews(Nothing, 0).Render(Images(2), [0], 0, 0));

    private static Tensor Images(int count)
    {
        var pixels = new byte[count * 3 * 32 * 32];
        new Random(9).NextBytes(pixels);
        return tensor(pixels, [count, 3, 32, 32]).to(float32).reshape(count, 3, 8, 4, 8, 4).mean([3, 5])  // blocks, so that crops differ smoothly
            .repeat_interleave(4, 2).repeat_interleave(4, 3).to(ScalarType.Byte);
    }
}
