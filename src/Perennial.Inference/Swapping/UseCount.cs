namespace Perennial.Inference.Swapping;

/// <summary>
/// Counts who uses a thing that must be freed exactly once, and not before its last user has left. The owner counts as
/// one user from the start; once the count has reached zero nobody enters any more.
/// </summary>
internal sealed class UseCount
{
    private int _users = 1;

    /// <summary>Joins the users; false when the last one has left already, so that the thing is gone.</summary>
    public bool TryEnter()
    {
        int users = Volatile.Read(ref _users);
        while (users > 0)
        {
            int seen = Interlocked.CompareExchange(ref _users, users + 1, users);
            if (seen == users)
                return true;
            users = seen;
        }
        return false;
    }

    /// <summary>Leaves; true for the last one, whose duty it is to free the thing.</summary>
    public bool Leave() => Interlocked.Decrement(ref _users) == 0;
}
