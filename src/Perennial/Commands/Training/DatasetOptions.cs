using System.CommandLine;

namespace Perennial.Commands.Training;

/// <summary>The options with which a verb names its images.</summary>
internal sealed class DatasetOptions
{
    private readonly Option<string> _data = new("--data")
    {
        Description = "Images: a folder, .tar, .tar.gz or .zip. Class folders are labels; train/ with test/ or val/ inside is the split, else one image in ten is held out by its content.",
        HelpName = "PATH",
    };

    private readonly Option<string?> _test = new("--test") { Description = "Test images elsewhere.", HelpName = "PATH" };
    private readonly Option<int?> _limit = AtLeastTwo("--limit", "Use so many training images, evenly from the classes, always the same ones.");
    private readonly Option<int?> _testLimit = AtLeastTwo("--test-limit", "Use so many test images, likewise.");

    /// <param name="required">Whether the verb cannot do without images.</param>
    public DatasetOptions(bool required = true) => _data.Required = required;

    public void AddTo(Command command)
    {
        command.Add(_data);
        command.Add(_test);
        command.Add(_limit);
        command.Add(_testLimit);
    }

    public DatasetChoice Read(ParseResult parsed)
        => new(parsed.GetRequiredValue(_data), parsed.GetValue(_test), parsed.GetValue(_limit), parsed.GetValue(_testLimit));

    /// <summary>Null where no images were named.</summary>
    public DatasetChoice? ReadOptional(ParseResult parsed) => parsed.GetValue(_data) is null ? null : Read(parsed);

    private static Option<int?> AtLeastTwo(string name, string description)
    {
        var option = new Option<int?>(name) { Description = description, HelpName = "N" };
        option.Validators.Add(result =>
        {
            if (result.Tokens is [{ Value: string given }] && (!int.TryParse(given, out int number) || number < 2))
            {
                result.AddError($"{name} {given} must be a whole number, 2 or more");
            }
        });
        return option;
    }
}
