namespace Perennial.Commands;

/// <summary>What the process answers to its caller; scripts rely on these three and no others.</summary>
internal static class ExitCode
{
    public const int Done = 0;
    public const int Failed = 1;
    public const int BadUsageOrInput = 2;
}
