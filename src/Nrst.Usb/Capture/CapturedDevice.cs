namespace Nrst.Usb.Capture;

/// <summary>What a capture says of the device it was taken from.</summary>
/// <param name="Product">As its maker writes it: <c>ST-LINK/V2-1</c>.</param>
/// <param name="Serial">As text; empty where unread.</param>
/// <param name="MaxPacket">The bulk endpoints' packet size: 64 at full speed, 512 at high speed.</param>
public sealed record CapturedDevice(ushort Vid, ushort Pid, string Product, string Serial, BulkEndpoints Endpoints, int MaxPacket)
{
    /// <summary>Where it was: bus and address. A virtual device is on bus 1 with nothing else.</summary>
    public ushort Bus { get; init; } = 1;

    public byte Address { get; init; } = 1;

    /// <summary>How it was named: <c>virtual:desk</c>, <c>usb:1-2.3</c>.</summary>
    public string Place { get; init; } = "";

    /// <summary>The descriptors as the device sent them; null where nrst has to make them up of the rest.</summary>
    public byte[]? DeviceDescriptor { get; init; }

    /// <inheritdoc cref="DeviceDescriptor"/>
    public byte[]? ConfigurationDescriptor { get; init; }
}
