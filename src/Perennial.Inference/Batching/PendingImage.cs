namespace Perennial.Inference.Batching;

/// <summary>An accepted image and the promise of its embedding; a node of the queue's list while it waits there.</summary>
internal sealed class PendingImage : TaskCompletionSource<float[]>
{
    public PendingImage(ReadOnlyMemory<float> image, Permit permit, long accepted)
        : base(TaskCreationOptions.RunContinuationsAsynchronously)
    {
        (Image, Permit, Accepted) = (image, permit, accepted);
        Place = new LinkedListNode<PendingImage>(this);
    }

    public ReadOnlyMemory<float> Image { get; }

    public Permit Permit { get; }

    public bool IsBulk => Permit.Class == RequestClass.Bulk;

    /// <summary>Timestamp of acceptance.</summary>
    public long Accepted { get; }

    /// <summary>Its place in the queue; in no list once it is cancelled or taken into a batch.</summary>
    public LinkedListNode<PendingImage> Place { get; }

    /// <summary>What tells the queue that the caller gave up.</summary>
    public CancellationTokenRegistration Cancellation { get; set; }
}
