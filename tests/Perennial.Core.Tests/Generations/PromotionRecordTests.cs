using Perennial.Core.Corpus;
using Perennial.Core.Generations;

namespace Perennial.Core.Tests.Generations;

public sealed class PromotionRecordTests : IDisposable
{
    private static readonly DateTimeOffset Noon = new(2026, 5, 4, 12, 0, 0, TimeSpan.Zero);

    private readonly TemporaryFolder _folder = new();
    private readonly Catalogue _catalogue;
    private readonly PromotionRecord _record;

    public PromotionRecordTests()
    {
        _catalogue = Catalogue.Open(_folder.Path, new FixedTime());
        _record = new PromotionRecord(_catalogue);
    }

    public void Dispose()
    {
        _catalogue.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public void Before_the_first_promotion_nothing_serves() => Assert.Null(_record.Current);

    [Fact]
    public void A_promotion_names_the_one_before_and_is_there_after_a_restart()
    {
        _record.Promote(1);
        Assert.Equal(new Promotion(1, null, Noon), _record.Current);
        _record.Promote(4);
        _catalogue.Dispose();

        using Catalogue reopened = Catalogue.Open(_folder.Path);
        Assert.Equal(new Promotion(4, 1, Noon), new PromotionRecord(reopened).Current);
    }

    [Fact]
    public void Promoting_what_serves_already_keeps_the_way_back()
    {
        _record.Promote(1);
        _record.Promote(2);
        _record.Promote(2);

        Assert.Equal(1, _record.Current!.Previous);
    }

    [Fact]
    public void Going_back_keeps_the_way_forward()
    {
        _record.Promote(1);
        _record.Promote(2);
        _record.Promote(1);

        Assert.Equal(new Promotion(1, 2, Noon), _record.Current);
    }

    [Fact]
    public void There_is_no_generation_below_one()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => _record.Promote(0));
        Assert.Null(_record.Current);
    }

    private sealed class FixedTime : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => Noon;
    }
}
