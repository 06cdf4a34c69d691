using System.CommandLine;
using Perennial.Learning.Networks;

namespace Perennial.Commands.Training;

/// <summary><c>--device</c>: where a verb computes.</summary>
internal sealed class DeviceOption
{
    private readonly Option<string> _device = new("--device") { Description = "auto (the first GPU, else the CPU), cpu, cuda or cuda:N. 'perennial doctor' lists what there is.", DefaultValueFactory = _ => "auto" };

    public void AddTo(Command command) => command.Add(_device);

    /// <summary>Chooses for the whole process; to be called before the first network.</summary>
    /// <exception cref="DeviceException">No such device.</exception>
    public void Apply(ParseResult parsed) => ComputeDevice.Use(parsed.GetValue(_device)!);
}
