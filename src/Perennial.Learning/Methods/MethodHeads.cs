using static TorchSharp.torch;

namespace Perennial.Learning.Methods;

/// <summary>A method's modules and buffers under their names in a checkpoint.</summary>
internal sealed class MethodHeads : nn.Module
{
    public MethodHeads(params (string Name, nn.Module Module)[] modules) : base(nameof(MethodHeads))
    {
        foreach ((string name, nn.Module module) in modules) register_module(name, module);
    }

    /// <summary>Adds a tensor that is kept but not trained; it is changed in place.</summary>
    public Tensor Keep(string name, Tensor value)
    {
        register_buffer(name, value.DetachFromDisposeScope());
        return value;
    }

    protected override void RegisterComponents() { }
}
