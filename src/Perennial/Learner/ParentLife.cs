namespace Perennial.Learner;

/// <summary>Notices that the server has gone, or wants the learner to leave: its end of our standard input is closed then, however it ended.</summary>
internal sealed class ParentLife : IDisposable
{
    private readonly CancellationTokenSource _gone;

    /// <param name="input">Our standard input.</param>
    /// <param name="cancellationToken">Ctrl-C and SIGTERM.</param>
    public ParentLife(Stream input, CancellationToken cancellationToken)
    {
        _gone = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        new Thread(() => Watch(input)) { IsBackground = true, Name = "parent's life" }.Start();
    }

    /// <summary>Cancelled when it is time to save a checkpoint and leave.</summary>
    public CancellationToken Gone => _gone.Token;

    public void Dispose() => _gone.Dispose();

    private void Watch(Stream input)
    {
        byte[] ignored = new byte[256];
        try
        {
            while (input.Read(ignored) > 0)
            {
            }
            _gone.Cancel();
        }
        catch (Exception fault) when (fault is IOException or ObjectDisposedException)
        {
            // The process ends anyway.
        }
    }
}
