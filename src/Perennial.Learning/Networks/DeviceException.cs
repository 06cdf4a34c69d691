namespace Perennial.Learning.Networks;

/// <summary>A device or a libtorch that is not there or does not fit; the message says what to do.</summary>
public sealed class DeviceException(string message) : Exception(message);
