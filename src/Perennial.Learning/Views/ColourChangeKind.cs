namespace Perennial.Learning.Views;

internal enum ColourChangeKind { Brightness, Contrast, Saturation, Hue }
