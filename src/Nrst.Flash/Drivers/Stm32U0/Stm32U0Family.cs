using Nrst.Flash.Stm32G0;
using Nrst.Targets;

namespace Nrst.Flash.Stm32U0;

/// <summary>The STM32U0, whose controller is that of the STM32G0 without PCROP and a second bank. RM0503, "FLASH option bytes".</summary>
internal sealed class Stm32U0Family : IFlashFamily
{
    // What HDP1EN holds where there is no hidden area; every other value means one, so a wrong guess errs towards saying so.
    private const uint NotHidden = 0xB4;

    private static readonly OptionRegister s_optr = new(
        "FLASH_OPTR",
        0x20,
        [
            CommonOptions.Rdp,
            OptionBits.Bit("BOR_EN", 8, "the brown-out level is fixed", "the brown-out level is configurable"),
            OptionBits.Field("BOR_LEV", 10, 9, "the lowest level", "the second level", "the third level", "the highest level"),
            .. CommonOptions.LowPowerResets(13),
            .. CommonOptions.Watchdogs,
            OptionBits.Bit("BDRST", 21, "a power-on resets the backup domain too", "the backup domain is reset by itself only"),
            OptionBits.Bit("RAM_PARITY_CHECK", 22, "RAM parity is checked", "RAM parity is not checked"),
            OptionBits.Bit("BKPSRAM_HW_ERASE", 23, "the backup RAM is erased by hardware", "the backup RAM is not erased by hardware"),
            .. CommonOptions.BootSelect,
            .. CommonOptions.ResetPin(27),
        ]);

    private static readonly OptionRegister s_secr = new(
        "FLASH_SECR",
        0x80,
        new OptionBits("HDP1_PEND", 5, 0, page => $"a hidden area would end with page {page}"),
        CommonOptions.BootLock,
        new OptionBits("HDP1EN", 31, 24, value => value == NotHidden ? "no hidden area" : "a hidden area, closed by the firmware until a reset"));

    public FlashController Open(FlashChip chip) => new Stm32G0Flash(chip);

    public IReadOnlyList<OptionReading> ReadOptions(ITargetMemory memory, Device device) =>
        [.. s_optr.Read(memory, device), .. s_secr.Read(memory, device)];

    public FlashProtection ReadProtection(ITargetMemory memory, Device device, BankedLayout layout)
    {
        uint At(uint offset) => memory.Read32(device.Flash.Controller + offset);
        var (optr, a, b) = (At(0x20), At(0x2C), At(0x30));
        Barrier?[] barriers = [PageAreas.Wrp(device, layout.Banks[0], "WRP1A", a), PageAreas.Wrp(device, layout.Banks[0], "WRP1B", b)];
        return new FlashProtection(
            FlashProtection.LevelOf((byte)optr),
            [.. barriers.OfType<Barrier>()],
            [$"FLASH_OPTR = 0x{optr:X8}", $"FLASH_WRP1AR = 0x{a:X8}, FLASH_WRP1BR = 0x{b:X8}"]);
    }
}
