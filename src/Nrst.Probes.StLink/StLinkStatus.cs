namespace Nrst.Probes.StLink;

/// <summary>The first byte of most answers: how it went, in the probe's words.</summary>
public enum StLinkStatus : byte
{
    UNKNOWN_ERROR = 0x01,
    SPI_ERROR = 0x02,
    DMA_ERROR = 0x03,
    UNKNOWN_JTAG_CHAIN = 0x04,
    NO_DEVICE_CONNECTED = 0x05,
    INTERNAL_ERROR = 0x06,
    CMD_WAIT = 0x07,
    CMD_ERROR = 0x08,
    GET_IDCODE_ERROR = 0x09,
    ALIGNMENT_ERROR = 0x0A,
    DBG_POWER_ERROR = 0x0B,
    WRITE_ERROR = 0x0C,
    WRITE_VERIF_ERROR = 0x0D,
    ALREADY_OPENED_IN_OTHER_MODE = 0x0E,
    SWD_AP_WAIT = 0x10,
    SWD_AP_FAULT = 0x11,
    SWD_AP_ERROR = 0x12,
    SWD_AP_PARITY_ERROR = 0x13,
    SWD_DP_WAIT = 0x14,
    SWD_DP_FAULT = 0x15,
    SWD_DP_ERROR = 0x16,
    SWD_DP_PARITY_ERROR = 0x17,
    SWD_AP_WDATA_ERROR = 0x18,
    SWD_AP_STICKY_ERROR = 0x19,
    SWD_AP_STICKYORUN_ERROR = 0x1A,
    BAD_AP = 0x1D,
    SWV_NOT_AVAILABLE = 0x20,
    TOO_MANY_AP = 0x29,
    CONF_CHANGED = 0x40,
    FREQ_NOT_SUPPORTED = 0x41,
    UNKNOWN_CMD = 0x42,
    OK = 0x80,
    FAULT = 0x81,
}

/// <summary>What a status means for us.</summary>
internal enum StLinkOutcome
{
    Done,

    /// <summary>The bus is busy: the same again, later.</summary>
    Wait,

    /// <summary>The target's bus refused this one access.</summary>
    BusFault,

    /// <summary>Nobody answers on the wire.</summary>
    NoTarget,

    /// <summary>Somebody answers, but the bits are damaged or out of order.</summary>
    WireError,

    /// <summary>There is no such access port, or it was not opened.</summary>
    NoAccessPort,

    /// <summary>The probe does not know the command, or not in this state.</summary>
    Refused,

    /// <summary>The probe has a problem of its own.</summary>
    ProbeFailed,
}

internal static class StLinkStatuses
{
    public static StLinkOutcome Outcome(this StLinkStatus status) => status switch
    {
        // Firmware that reads back what it wrote finds a difference wherever a register does not read as written.
        StLinkStatus.OK or StLinkStatus.WRITE_VERIF_ERROR => StLinkOutcome.Done,
        StLinkStatus.SWD_AP_WAIT or StLinkStatus.SWD_DP_WAIT => StLinkOutcome.Wait,
        StLinkStatus.SWD_AP_FAULT or StLinkStatus.SWD_DP_FAULT or StLinkStatus.SWD_AP_WDATA_ERROR
            or StLinkStatus.SWD_AP_STICKY_ERROR or StLinkStatus.ALIGNMENT_ERROR or StLinkStatus.WRITE_ERROR
            => StLinkOutcome.BusFault,
        StLinkStatus.NO_DEVICE_CONNECTED or StLinkStatus.GET_IDCODE_ERROR or StLinkStatus.DBG_POWER_ERROR
            or StLinkStatus.UNKNOWN_JTAG_CHAIN => StLinkOutcome.NoTarget,
        StLinkStatus.SWD_AP_ERROR or StLinkStatus.SWD_AP_PARITY_ERROR or StLinkStatus.SWD_DP_ERROR
            or StLinkStatus.SWD_DP_PARITY_ERROR or StLinkStatus.SWD_AP_STICKYORUN_ERROR => StLinkOutcome.WireError,
        StLinkStatus.BAD_AP or StLinkStatus.TOO_MANY_AP => StLinkOutcome.NoAccessPort,
        StLinkStatus.CMD_ERROR or StLinkStatus.UNKNOWN_CMD or StLinkStatus.FREQ_NOT_SUPPORTED
            or StLinkStatus.SWV_NOT_AVAILABLE or StLinkStatus.ALREADY_OPENED_IN_OTHER_MODE => StLinkOutcome.Refused,
        _ => StLinkOutcome.ProbeFailed,
    };

    public static bool IsDone(this StLinkStatus status) => status.Outcome() == StLinkOutcome.Done;

    /// <summary>As an error message writes it: <c>SWD_AP_FAULT (0x11)</c>.</summary>
    public static string Name(this StLinkStatus status) =>
        Enum.IsDefined(status) ? $"{status} (0x{(byte)status:X2})" : $"an unknown status (0x{(byte)status:X2})";
}
