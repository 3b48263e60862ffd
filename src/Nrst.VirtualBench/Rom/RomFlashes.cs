using Nrst.Targets;
using Nrst.VirtualBench.Chips.Flash;

namespace Nrst.VirtualBench.Rom;

/// <summary>The flash code of the ROMs, by the name that the device data gives the controller.</summary>
internal static class RomFlashes
{
    public static RomFlash? Make(RomBus bus, FlashModel flash, Device device, bool losesTail)
    {
        var at = device.Flash.Controller.Value;
        if (device.Flash.Driver is "stm32f0" or "stm32f1" or "stm32f1xl")
        {
            return new FpecRomFlash(bus, flash, at, OpenByte: device.Flash.Driver == "stm32f0" ? 0xAAu : 0xA5);
        }

        if (device.Flash.Driver is "stm32l0" or "stm32l1")
        {
            return new PecrRomFlash(bus, flash, at, device.Flash.Driver == "stm32l0" ? 64u : 128);
        }

        var banks = flash.Map.Banks;
        return device.Flash.Driver switch
        {
            "stm32f4" => Registers(Parallel(banks, 0xC2), F4Options(banks)),
            "stm32f7" => Registers(Parallel(banks, 0xF2), F7Options),
            "stm32g0" or "stm32g4" or "stm32u0" => Registers(DoubleWords(device.DeviceId == 0x467 ? 1u << 13 : 1u << 11, 3), PairOptions),
            "stm32l4" or "stm32wb" or "stm32wl" => Registers(DoubleWords(1u << 11, 3), PairOptions),
            "stm32l5" or "stm32u3" => Registers(TwoWorlds(8), TwoWorldsOptions),
            "stm32u5" or "stm32wba" => Registers(TwoWorlds(16), TwoWorldsOptions),
            "stm32h7" => Registers(H7(1u << 7, 8, 32) with { Always = 0x30 }, H7Options),
            "stm32h7ab" => Registers(H7(1u << 5, 6, 16), H7Options),
            "stm32h7rs" => Registers(H7Rs, null),
            "stm32h5" => Registers(H5, H5Options),
            _ => null,
        };

        RegisterFlash Registers(RegisterMap map, OptionMap? options) => new(bus, flash, at, map, options) { LosesTail = losesTail };
    }

    /// <summary>F2, F4, F7: SER and SNB, MER and MER1. Bank 2 starts at sector 0x10.</summary>
    private static RegisterMap Parallel(int banks, uint flags) => new(
        0x04, 0x10, 0x0C, flags | 0x30, 1u << 16, 1u << 31, unit => 1u << 1 | unit.Field << 3 | (unit.Bank == 2 ? 0x10u << 3 : 0),
        bank => bank switch { 1 => 1u << 2, 2 => 1u << 15, _ => 1u << 2 | (banks > 1 ? 1u << 15 : 0) }, 1, 8)
    {
        SizeAt = 8,
    };

    /// <summary>L4, G4, G0, C0, WB, WL: PER and PNB, MER1 and MER2, double words.</summary>
    private static RegisterMap DoubleWords(uint bankSelect, int pageAt) => new(
        0x08, 0x14, 0x10, 0xC3FB, 1u << 16, 1u << 31, unit => 1u << 1 | unit.Field << pageAt | (unit.Bank == 2 ? bankSelect : 0),
        bank => bank switch { 1 => 1u << 2, 2 => 1u << 15, _ => 1u << 2 | 1u << 15 }, 8, 4);

    /// <summary>L5, U5, U3, WBA: the registers of the non-secure world.</summary>
    private static RegisterMap TwoWorlds(int width) => new(
        0x08, 0x28, 0x20, 0x20FB, 1u << 16, 1u << 31, unit => 1u << 1 | unit.Field << 3 | (unit.Bank == 2 ? 1u << 11 : 0),
        bank => bank switch { 1 => 1u << 2, 2 => 1u << 15, _ => 1u << 2 | 1u << 15 }, width, 4);

    /// <summary>H7: each bank has its own registers.</summary>
    private static RegisterMap H7(uint start, int sectorAt, int word) => new(
        0x04, 0x0C, 0x14, 0x0FEF_0000, start, 1, unit => 1u << 2 | unit.Field << sectorAt, _ => 1u << 3, word, 4)
    {
        Program = 1 << 1,
        BankStride = 0x100,
    };

    private static RegisterMap H7Rs { get; } = new(
        0x04, 0x10, 0x28, 0x072F_0000, 1u << 5, 1, unit => 1u << 2 | unit.Field << 6, _ => 1u << 3, 16, 4) { Program = 1 << 1 };

    private static RegisterMap H5 { get; } = new(
        0x04, 0x28, 0x30, 0x00FF_0000, 1u << 5, 1, unit => 1u << 2 | unit.Field << 6 | (unit.Bank == 2 ? 1u << 31 : 0),
        bank => bank switch { 1 => 1u << 3, 2 => 1u << 3 | 1u << 31, _ => 1u << 15 }, 16, 4)
    {
        Program = 1 << 1,
    };

    /// <summary>Half a word in every eight bytes: RDP and USER, then nWRP; those of bank 2 lie in an area of their own.</summary>
    private static OptionMap F4Options(int banks) => new(
        0x08, Same(0x14), 8, 0x14, 0b10,
        (address, data) => HalfWords(address, data).Select(half => half.At switch
        {
            0x1FFF_C000 => new OptionWrite(Same(0x14), half.Value, 0xFFEC),
            0x1FFF_C008 => new OptionWrite(Same(0x14), half.Value << 16, 0xCFFF_0000),
            0x1FFE_C008 => new OptionWrite(Same(0x18), half.Value << 16, 0x0FFF_0000),
            _ => default,
        }).Where(write => write.Mask != 0),
        units => banks > 1
            ? [new(Same(0x14), ~Bits(units, 0) << 16 & 0x0FFF_0000, 0x0FFF_0000), new(Same(0x18), ~Bits(units, 12) << 16 & 0x0FFF_0000, 0x0FFF_0000)]
            : [new(Same(0x14), ~Bits(units, 0) << 16 & 0x0FFF_0000, 0x0FFF_0000)]);

    private static OptionMap F7Options { get; } = new(
        0x08, Same(0x14), 8, 0x14, 0b10,
        (address, data) => HalfWords(address, data).Select(half => half.At switch
        {
            0x1FFF_0000 => new OptionWrite(Same(0x14), half.Value, 0xFFFC),
            0x1FFF_0008 => new OptionWrite(Same(0x14), half.Value << 16, 0xFFFF_0000),
            0x1FFF_0010 => new OptionWrite(Same(0x18), half.Value, 0xFFFF),
            0x1FFF_0018 => new OptionWrite(Same(0x18), half.Value << 16, 0xFFFF_0000),
            _ => default,
        }).Where(write => write.Mask != 0),
        units => [new(Same(0x14), ~Bits(units, 0) << 16 & 0x0FFF_0000, 0x0FFF_0000)]);

    /// <summary>A word and its complement for OPTR, two code areas, two write-protected areas: L4, G0, G4, WB and WL have these in common.</summary>
    private static OptionMap PairOptions { get; } = new(
        0x0C, Same(0x20), 0, 0x14, 1u << 17,
        (address, data) => Words(address, data).Where(word => (word.At - 0x1FFF_7800) % 8 == 0 && word.At - 0x1FFF_7800 <= 0x20)
            .Select(word => new OptionWrite(Same(0x20 + ((word.At - 0x1FFF_7800) / 2)), word.Value, uint.MaxValue)),
        units => [new(Same(0x2C), Area(units, 0xFF), 0x00FF_00FF)]);

    private static OptionMap TwoWorldsOptions { get; } = new(
        0x10, Same(0x40), 0, 0x28, 1u << 17,
        (address, data) => Words(address, data).Where(word => word.At - 0x4002_2040 < 0x30)
            .Select(word => new OptionWrite(Same(word.At - 0x4002_2000), word.Value, uint.MaxValue)),
        units => [new(Same(0x58), Area(units, 0xFF), 0x00FF_00FF)]);

    /// <summary>The registers with the values in force, each with its twin four bytes behind.</summary>
    private static OptionMap H7Options { get; } = new(
        0x08, new(0x1C, 0x20), 8, 0x18, 0b10,
        (address, data) => Words(address, data).Where(word => word.At - 0x5200_2000 is 0x1C or 0x28 or 0x30 or 0x38 or 0x40 or 0x128 or 0x130 or 0x138)
            .Select(word => new OptionWrite(new(word.At - 0x5200_2000, word.At - 0x5200_2000 + 4), word.Value, uint.MaxValue)),
        units => [new(new(0x38, 0x3C), ~Bits(units, 0) & 0xFF, 0xFF), new(new(0x138, 0x13C), ~Bits(units, 8) & 0xFF, 0xFF)]);

    private static OptionMap H5Options { get; } = new(
        0x0C, new(0x50, 0x54), 8, 0x1C, 0b10,
        (address, data) => Words(address, data).Where(word => word.At - 0x4002_2000 is 0x50 or 0x70 or 0x80 or 0xE8 or 0x1E8)
            .Select(word => new OptionWrite(new(word.At - 0x4002_2000, word.At - 0x4002_2000 + 4), word.Value, uint.MaxValue)),
        units => [new(new(0xE8, 0xEC), ~Bits(units, 0), uint.MaxValue)]);

    private static OptionPlace Same(uint offset) => new(offset, offset);

    private static uint Bits(IReadOnlyList<int> units, int first) =>
        units.Where(unit => unit >= first && unit < first + 32).Aggregate(0u, (bits, unit) => bits | 1u << (unit - first));

    /// <summary>First page low, last page high; a start behind the end is no area.</summary>
    private static uint Area(IReadOnlyList<int> units, uint none) => units.Count == 0 ? none : (uint)units.Min() | (uint)units.Max() << 16;

    private static IEnumerable<(uint At, uint Value)> Words(uint address, byte[] data)
    {
        for (var i = 0; i + 4 <= data.Length; i += 4)
        {
            yield return (address + (uint)i, BitConverter.ToUInt32(data, i));
        }
    }

    private static IEnumerable<(uint At, uint Value)> HalfWords(uint address, byte[] data) =>
        Words(address, data).Select(word => (word.At, word.Value & 0xFFFF));
}
