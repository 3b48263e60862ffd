using Nrst.Targets;

namespace Nrst.Flash.Stm32L4;

/// <summary>The areas that each of two banks has, by the offsets of their registers. RM0351 and RM0440, "FLASH option bytes".</summary>
internal sealed record BankAreas(int Number, uint PcropStart, uint PcropEnd, uint WrpA, uint WrpB)
{
    private static readonly BankAreas[] s_both = [new(1, 0x24, 0x28, 0x2C, 0x30), new(2, 0x44, 0x48, 0x4C, 0x50)];

    public static IEnumerable<BankAreas> Of(Device device) => s_both.Where(area => area.Number == 1 || device.Flash.DualBank);

    /// <summary>As one bank, the areas of both count from its start: RM0432.</summary>
    public FlashBank BankIn(BankedLayout layout) => layout.Banks.FirstOrDefault(bank => bank.Number == Number) ?? layout.Banks[0];

    /// <summary>What these areas forbid.</summary>
    /// <param name="mask">The bits that count in the registers of PCROP.</param>
    /// <param name="unit">Bytes that PCROP counts in.</param>
    /// <param name="registers">Gets the registers with their values, for evidence.</param>
    public IEnumerable<Barrier?> Read(Func<uint, uint> at, Device device, FlashBank bank, uint mask, uint unit, List<string> registers)
    {
        var (a, b) = (at(WrpA), at(WrpB));
        registers.Add($"FLASH_WRP{Number}AR = 0x{a:X8}, FLASH_WRP{Number}BR = 0x{b:X8}");
        return
        [
            PageAreas.Wrp(device, bank, $"WRP{Number}A", a),
            PageAreas.Wrp(device, bank, $"WRP{Number}B", b),
            PageAreas.Pcrop(bank, $"PCROP{Number}", at(PcropStart) & mask, at(PcropEnd) & mask, unit),
        ];
    }
}
