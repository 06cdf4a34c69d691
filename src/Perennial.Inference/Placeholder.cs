namespace Perennial.Inference; internal static class Placeholder { }
