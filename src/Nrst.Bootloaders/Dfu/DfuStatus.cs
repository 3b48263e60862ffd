namespace Nrst.Bootloaders.Dfu;

/// <summary>bState of a DFU device.</summary>
internal enum DfuState : byte
{
    AppIdle = 0,
    AppDetach = 1,
    Idle = 2,
    DownloadSync = 3,
    Busy = 4,
    DownloadIdle = 5,
    ManifestSync = 6,
    Manifest = 7,
    ManifestWaitReset = 8,
    UploadIdle = 9,
    Error = 10,
}

/// <summary>
/// The answer to DFU_GETSTATUS:
/// <code>
/// bStatus  bwPollTimeout:3 (ms)  bState  iString
/// </code>
/// </summary>
internal readonly record struct DfuStatus(byte Status, DfuState State, TimeSpan Poll)
{
    public const int Length = 6;
    public const byte ErrTarget = 0x01;
    public const byte ErrVendor = 0x0B;

    private static readonly string[] Names =
    [
        "OK", "errTARGET", "errFILE", "errWRITE", "errERASE", "errCHECK_ERASED", "errPROG", "errVERIFY", "errADDRESS", "errNOTDONE", "errFIRMWARE",
        "errVENDOR", "errUSBR", "errPOR", "errUNKNOWN", "errSTALLEDPKT",
    ];

    public static DfuStatus Of(ReadOnlySpan<byte> answer) =>
        new(answer[0], (DfuState)answer[4], TimeSpan.FromMilliseconds(answer[1] | answer[2] << 8 | answer[3] << 16));

    /// <summary><c>state 10, status 0x0B (errVENDOR)</c>.</summary>
    public override string ToString() => $"state {(byte)State}, status 0x{Status:X2} ({(Status < Names.Length ? Names[Status] : "unknown")})";
}
