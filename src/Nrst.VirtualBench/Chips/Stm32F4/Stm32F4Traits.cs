namespace Nrst.VirtualBench.Chips.Stm32F4;

/// <summary>What differs between the dies of the series and is not part of a device description.</summary>
/// <param name="BootloaderId">The version byte near the end of the system memory, and its address.</param>
/// <param name="WriteProtectMask">The nWRP bits of OPTCR that exist.</param>
/// <param name="HasSprmod">The die knows proprietary code read-out protection.</param>
/// <param name="Usarts">Numbers of the USART and UART units.</param>
/// <param name="Timers">Numbers of the timers.</param>
internal sealed record Stm32F4Traits(
    (uint At, byte Value) BootloaderId,
    uint WriteProtectMask,
    bool HasSprmod,
    bool HasBackupSram,
    string GpioPorts,
    IReadOnlyList<int> Usarts,
    IReadOnlyList<int> Timers)
{
    private static readonly int[] AllTimers = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14];
    private static readonly int[] FewTimers = [1, 2, 3, 4, 5, 9, 10, 11];

    public static Stm32F4Traits Of(ushort deviceId) => deviceId switch
    {
        0x413 => new((0x1FFF_77DE, 0x91), 0x0FFF_0000, false, true, "ABCDEFGHI", [1, 2, 3, 4, 5, 6], AllTimers),
        0x419 => new((0x1FFF_76DE, 0x91), 0x0FFF_0000, true, true, "ABCDEFGHIJK", [1, 2, 3, 4, 5, 6, 7, 8], AllTimers),
        0x421 => new((0x1FFF_76DE, 0x90), 0x00FF_0000, true, true, "ABCDEFGH", [1, 2, 3, 4, 5, 6], AllTimers),
        0x423 => new((0x1FFF_76DE, 0xD1), 0x00FF_0000, true, false, "ABCDEH", [1, 2, 6], FewTimers),
        0x431 => new((0x1FFF_76DE, 0xD0), 0x00FF_0000, true, false, "ABCDEH", [1, 2, 6], FewTimers),
        0x433 => new((0x1FFF_76DE, 0xD1), 0x00FF_0000, true, false, "ABCDEH", [1, 2, 6], FewTimers),
        0x434 => new((0x1FFF_76DE, 0x90), 0x0FFF_0000, true, true, "ABCDEFGHIJK", [1, 2, 3, 4, 5, 6, 7, 8], AllTimers),
        0x441 => new((0x1FFF_76DE, 0x90), 0x0FFF_0000, true, false, "ABCDEFGH", [1, 2, 3, 6], AllTimers),
        0x458 => new((0x1FFF_76DE, 0xB1), 0x001F_0000, true, false, "ABCH", [1, 2, 6], [1, 5, 6, 9, 11]),
        0x463 => new((0x1FFF_76DE, 0x90), 0x7FFF_0000, true, false, "ABCDEFGH", [1, 2, 3, 4, 5, 6, 7, 8, 9, 10], AllTimers),
        _ => throw new ArgumentOutOfRangeException(nameof(deviceId), $"DEV_ID 0x{deviceId:X3} is not an STM32F4."),
    };
}
