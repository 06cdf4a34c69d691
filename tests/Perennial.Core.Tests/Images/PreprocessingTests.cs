using System.Text.Json;
using Perennial.Core.Images;

namespace Perennial.Core.Tests.Images;

public sealed class PreprocessingTests
{
    [Fact]
    public void Equal_values_are_equal_records()
    {
        var one = new Preprocessing { Size = 64, Mean = [0.1f, 0.2f, 0.3f] };
        var other = new Preprocessing { Size = 64, Mean = [0.1f, 0.2f, 0.3f] };
        Assert.Equal(one, other);
        Assert.Equal(one.GetHashCode(), other.GetHashCode());
        Assert.NotEqual(one, other with { Mean = [0.1f, 0.2f, 0.4f] });
        Assert.NotEqual(one, other with { Std = [0.1f, 0.2f, 0.4f] });
        Assert.NotEqual(one, other with { Size = 32 });
        Assert.NotEqual(one, other with { Resize = ResizeMode.Squash });
    }

    [Fact]
    public void Json_is_camel_case_and_comes_back()
    {
        var json = JsonSerializer.Serialize(new Preprocessing { Size = 96, Resize = ResizeMode.Squash });
        Assert.Equal("""{"size":96,"resize":"squash","mean":[0.485,0.456,0.406],"std":[0.229,0.224,0.225]}""", json);
        Assert.Equal(new Preprocessing { Size = 96, Resize = ResizeMode.Squash }, JsonSerializer.Deserialize<Preprocessing>(json));
    }

    [Fact]
    public void A_value_out_of_range_is_named()
    {
        Assert.Contains("size is 7", Assert.Throws<ArgumentException>(() => new Preprocessing { Size = 7 }.Validate()).Message);
        Assert.Contains("mean", Assert.Throws<ArgumentException>(() => new Preprocessing { Mean = [0.5f] }.Validate()).Message);
        Assert.Contains("std", Assert.Throws<ArgumentException>(() => new Preprocessing { Std = [0.2f, 0, 0.2f] }.Validate()).Message);
        new Preprocessing().Validate();
    }
}
