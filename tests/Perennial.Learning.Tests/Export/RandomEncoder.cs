using Perennial.Core.Images;
using Perennial.Learning.Networks;
using static TorchSharp.torch;

namespace Perennial.Learning.Tests.Export;

/// <summary>Encoders whose norms have something to do: random affine parameters, in ResNets running statistics of real batches too.</summary>
internal static class RandomEncoder
{
    public static Encoder Create(string backbone, int width, int size)
    {
        using var scope = NewDisposeScope();
        Encoder encoder = new(Backbone.Create(Backbone.Describe(backbone, width, size)), new Preprocessing { Size = size });
        Randomise(encoder);
        encoder.train();
        using (no_grad())
        {
            for (int i = 0; i < 4; i++) encoder.call(rand(16, 3, size, size));
        }

        encoder.eval();
        return encoder;
    }

    private static void Randomise(Encoder encoder)
    {
        using var noGrad = no_grad();
        foreach (var (_, module) in encoder.named_modules())
        {
            if (module is TorchSharp.Modules.LayerNorm layerNorm)
            {
                layerNorm.weight!.copy_(rand_like(layerNorm.weight).mul(1.5).add(0.25));
                layerNorm.bias!.copy_(randn_like(layerNorm.bias).mul(0.3));
            }
            if (module is TorchSharp.Modules.Linear linear)
            {
                linear.weight.mul_(4); // attention that attends: torch starts it near uniform
                linear.bias!.copy_(randn_like(linear.bias).mul(0.3));
            }
            if (module is not TorchSharp.Modules.BatchNorm2d norm) continue;
            norm.weight!.copy_(rand_like(norm.weight).mul(1.5).add(0.25)); // [0.25, 1.75]
            norm.bias!.copy_(randn_like(norm.bias).mul(0.3));
        }
    }
}
