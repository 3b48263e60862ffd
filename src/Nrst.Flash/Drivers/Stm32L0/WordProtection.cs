using Nrst.Targets;

namespace Nrst.Flash.Stm32L0;

/// <summary>What the option words of the STM32L0 and L1 forbid: a level, and a bit for each 4 KiB.</summary>
internal static class WordProtection
{
    // A bit of FLASH_WRPRx stands for this much.
    private const uint GroupBytes = 4096;
    private const uint GroupsPerRegister = 32;

    /// <summary>Reads the option register and as many FLASH_WRPRx as the flash is long.</summary>
    /// <param name="exchange">The option that can exchange the banks; none on the STM32L1.</param>
    /// <param name="wrpr">The registers that this line has, in their order.</param>
    public static FlashProtection Read(
        ITargetMemory memory, Device device, BankedLayout layout, string options, FlashOptr exchange, (string Name, uint Offset)[] wrpr)
    {
        uint At(uint offset) => memory.Read32(device.Flash.Controller + offset);
        var used = wrpr.Take((int)(((layout.Range.Length / GroupBytes) + GroupsPerRegister - 1) / GroupsPerRegister)).ToList();
        var value = (FlashOptr)At(FlashRegisters.OPTR);
        uint[] bits = [.. used.Select(register => At(register.Offset))];
        List<string> registers = [$"{options} = 0x{(uint)value:X8}", .. used.Zip(bits, (register, word) => $"{register.Name} = 0x{word:X8}")];
        return new FlashProtection(FlashProtection.LevelOf((byte)value), [.. Barriers(value, (value & exchange) != 0, bits, layout)], registers);
    }

    private static IEnumerable<Barrier> Barriers(FlashOptr options, bool exchanged, uint[] wrpr, BankedLayout layout)
    {
        var pcrop = options.HasFlag(FlashOptr.WPRMOD);
        var sectors = layout.Sectors
            .Where(sector => Groups(sector, exchanged, layout).Any(group => IsSet(wrpr, group) != pcrop))
            .Select(sector => sector.Number)
            .ToHashSet();
        if (sectors.Count > 0)
        {
            yield return pcrop
                ? new Barrier(
                    BarrierKind.Read, sectors,
                    "PCROP covers them, which a mismatch in the option bytes brings about too; only a return from read-out protection level 1 lifts it, "
                        + "and that erases flash and data EEPROM.",
                    "Link the image to other pages, or go to read-out protection level 1 and back, which erases the chip and its data EEPROM.")
                : new Barrier(
                    BarrierKind.Write, sectors,
                    "The option bytes WRPROT cover them, often set by a bootloader that protects itself.",
                    "Link the image to other pages, or clear their bits in WRPROT with the tool that set them.");
        }
    }

    /// <summary>
    /// With BFB2 the boot loader may have exchanged the banks, and which of them is where does not show here; then a sector counts as
    /// protected if it would be in either order.
    /// </summary>
    private static IEnumerable<uint> Groups(FlashSector sector, bool exchanged, BankedLayout layout)
    {
        var at = sector.Range.Start - layout.Range.Start;
        yield return at / GroupBytes;
        if (layout.Banks.Count > 1 && exchanged)
        {
            yield return (at + (layout.Range.Length / 2)) % layout.Range.Length / GroupBytes;
        }
    }

    private static bool IsSet(uint[] wrpr, uint group) => (wrpr[group / GroupsPerRegister] >> (int)(group % GroupsPerRegister) & 1) != 0;
}
