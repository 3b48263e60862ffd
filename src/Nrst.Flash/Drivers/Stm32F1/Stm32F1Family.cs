using Nrst.Targets;
using static Nrst.Flash.Stm32F1.FlashRegisters;

namespace Nrst.Flash.Stm32F1;

/// <summary>The STM32F1 up to high density. PM0075, "Option byte block".</summary>
internal sealed class Stm32F1Family : IFlashFamily
{
    // Each bit of FLASH_WRPR stands for this much, and the last one for all that follows.
    private const uint GroupBytes = 4096;
    private const int LastGroup = 31;

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

    private static readonly OptionRegister s_wrpr = new(
        "FLASH_WRPR",
        WRPR,
        new OptionBits("WRP", 31, 0, value => value == uint.MaxValue ? "no page is write-protected" : $"a bit for each 4 KiB, 0 protects: 0x{value:X8}"));

    public FlashController Open(FlashChip chip) => new Stm32F1Flash(chip);

    public IReadOnlyList<OptionReading> ReadOptions(ITargetMemory memory, Device device) =>
        [.. s_options.Read(memory, device), .. s_wrpr.Read(memory, device)];

    public FlashProtection ReadProtection(ITargetMemory memory, Device device, BankedLayout layout)
    {
        var options = memory.Read(device.Flash.Controller, OBR);
        var wrpr = memory.Read32(device.Flash.Controller + WRPR);
        var read = options.HasFlag(FlashObr.RDPRT) ? Flash.ReadProtection.Level1 : Flash.ReadProtection.Level0;
        var sectors = WriteProtected(wrpr, layout);
        return new FlashProtection(
            read,
            sectors.Count == 0 ? [] :
            [
                new Barrier(
                    BarrierKind.Write, sectors,
                    "The option bytes WRP0 to WRP3 cover them, often set by a bootloader that protects itself.",
                    "Link the image to other pages, or erase the option bytes with the tool that set them."),
            ],
            [OBR.Show(options), $"FLASH_WRPR = 0x{wrpr:X8}"]);
    }

    internal static HashSet<int> WriteProtected(uint wrpr, BankedLayout layout)
    {
        var start = layout.Range.Start;
        return
        [
            .. layout.Sectors
                .Where(sector => (wrpr >> (int)Math.Min((sector.Range.Start - start) / GroupBytes, LastGroup) & 1) == 0)
                .Select(sector => sector.Number),
        ];
    }
}
