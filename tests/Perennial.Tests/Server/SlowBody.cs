using System.Net;
using System.Net.Http.Headers;

namespace Perennial.Tests.Server;

/// <summary>A body of zeros that says its length and stops after the first half until it is told to go on.</summary>
internal sealed class SlowBody : HttpContent
{
    private readonly TaskCompletionSource _finish = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly int _length;

    public SlowBody(int length)
    {
        _length = length;
        Headers.ContentType = new MediaTypeHeaderValue("image/png");
    }

    public void Finish() => _finish.SetResult();

    protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context)
    {
        await stream.WriteAsync(new byte[_length / 2]);
        await stream.FlushAsync();
        await _finish.Task;
        await stream.WriteAsync(new byte[_length - (_length / 2)]);
    }

    protected override bool TryComputeLength(out long length)
    {
        length = _length;
        return true;
    }
}
