namespace Perennial.Learning; internal static class Placeholder { }
