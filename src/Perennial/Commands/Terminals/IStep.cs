namespace Perennial.Commands.Terminals;

/// <summary>How a long piece of work tells how far it is.</summary>
internal interface IStep
{
    /// <summary>How much there is to do in all; before it is known, the step shows what was done alone.</summary>
    void Of(long total);

    /// <summary>How much is done by now, and one short phrase about it.</summary>
    void At(long done, string? detail = null);

    /// <summary>The phrase that stays when the work is done.</summary>
    void Ended(string summary);
}
