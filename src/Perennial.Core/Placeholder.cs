namespace Perennial.Core; internal static class Placeholder { }
