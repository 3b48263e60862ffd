namespace Nrst.VirtualBench.Probes;

/// <summary>The status codes of the ST-LINK firmware, as far as this bench has reason to say them.</summary>
internal enum StLinkStatus : byte
{
    NoDeviceConnected = 0x05,
    CommandError = 0x08,
    GetIdCodeError = 0x09,
    AlignmentError = 0x0A,
    DebugPowerError = 0x0B,
    ApWait = 0x10,
    ApFault = 0x11,
    ApError = 0x12,
    ApParityError = 0x13,
    DpWait = 0x14,
    DpFault = 0x15,
    DpError = 0x16,
    DpParityError = 0x17,
    BadAp = 0x1D,
    FrequencyNotSupported = 0x41,
    UnknownCommand = 0x42,
    Ok = 0x80,
}
