using Nrst.Targets;
using static Nrst.Flash.Stm32F1.FlashRegisters;

namespace Nrst.Flash.Stm32F1;

/// <summary>The STM32F1. PM0075 and, for XL density with its two banks, PM0068, "Option byte block".</summary>
internal sealed class Stm32F1Family : IFlashFamily
{
    private static readonly OptionRegister s_options = new(
        "FLASH_OBR",
        OBR.Offset,
        OptionBits.Bit("OPTERR", 0, "the option bytes are sound", "an option byte does not fit its complement and counts as 0xFF"),
        OptionBits.Bit("RDPRT", 1, "no read-out protection", "read-out protection: a debugger gets no flash, and lifting it erases the chip"),
        OptionBits.Bit("WDG_SW", 2, "the independent watchdog starts with the chip", "the independent watchdog is started by software"),
        OptionBits.Bit("nRST_STOP", 3, "entering Stop resets", "entering Stop does not reset"),
        OptionBits.Bit("nRST_STDBY", 4, "entering Standby resets", "entering Standby does not reset"),
        new OptionBits("Data0", 17, 10, value => $"the user's own byte, 0x{value:X2}"),
        new OptionBits("Data1", 25, 18, value => $"the user's own byte, 0x{value:X2}"));

    private static readonly OptionRegister s_bootBank = new("FLASH_OBR", OBR.Offset, OptionBits.Bit("BFB2", 5, "boots from bank 2", "boots from bank 1"));

    public FlashController Open(FlashChip chip) =>
        chip.Flash.Controllers.Count > 1 ? new Stm32F1XlFlash(chip) : new Stm32F1Flash(chip, hidesLock: true);

    public IReadOnlyList<OptionReading> ReadOptions(ITargetMemory memory, Device device) =>
    [
        .. s_options.Read(memory, device),
        .. device.Flash.DualBank ? s_bootBank.Read(memory, device) : [],
        .. WriteProtection.Option.Read(memory, device),
    ];

    public FlashProtection ReadProtection(ITargetMemory memory, Device device, BankedLayout layout)
    {
        var options = memory.Read(device.Flash.Controller, OBR);
        var wrpr = memory.Read32(device.Flash.Controller + WRPR);
        var read = options.HasFlag(FlashObr.RDPRT) ? Flash.ReadProtection.Level1 : Flash.ReadProtection.Level0;
        return new FlashProtection(read, WriteProtection.Barriers(wrpr, layout), [OBR.Show(options), $"FLASH_WRPR = 0x{wrpr:X8}"]);
    }
}
