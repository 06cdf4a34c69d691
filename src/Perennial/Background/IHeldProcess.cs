namespace Perennial.Background;

/// <summary>What can be made to stand still and to go on. Two kinds: a child process, and what tests put in its place.</summary>
internal interface IHeldProcess
{
    void Stop();

    void Continue();
}
