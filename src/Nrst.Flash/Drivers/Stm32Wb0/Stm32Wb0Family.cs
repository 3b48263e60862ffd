using Nrst.Targets;
using static Nrst.Flash.Stm32Wb0.FlashRegisters;

namespace Nrst.Flash.Stm32Wb0;

/// <summary>The STM32WB0, which has no option bytes: what protects it stands in the flash controller. RM0530, "Flash controller".</summary>
internal sealed class Stm32Wb0Family : IFlashFamily
{
    private const int PagesPerBit = 8;

    private static readonly OptionRegister[] s_options =
    [
        new(
            "SIZE",
            SIZE,
            OptionBits.Bit("FLASH_SECURE", 19, "no read-out protection", "a debugger gets no flash; lifting it erases the chip"),
            OptionBits.Bit("SWD_DISABLE", 20, "a debugger may connect", "no debugger for ever")),
        Protected("PAGEPROT0", PAGEPROT0),
        Protected("PAGEPROT1", PAGEPROT1),
    ];

    public FlashController Open(FlashChip chip) => new Stm32Wb0Flash(chip);

    public IReadOnlyList<OptionReading> ReadOptions(ITargetMemory memory, Device device) =>
        [.. s_options.SelectMany(register => register.Read(memory, device))];

    public FlashProtection ReadProtection(ITargetMemory memory, Device device, BankedLayout layout)
    {
        uint At(uint offset) => memory.Read32(device.Flash.Controller + offset);
        var (size, first, second) = (At(SIZE), At(PAGEPROT0), At(PAGEPROT1));
        var bits = (ulong)second << 32 | first;
        var named = layout.Sectors.Select(sector => sector.Number)
            .Where(number => number / PagesPerBit is var bit && bit < 64 && (bits >> bit & 1) != 0).ToHashSet();
        return new FlashProtection(
            (size & 1u << 20) != 0 ? Flash.ReadProtection.Level2 : (size & 1u << 19) != 0 ? Flash.ReadProtection.Level1 : Flash.ReadProtection.Level0,
            named.Count == 0
                ? []
                :
                [
                    new Barrier(
                        BarrierKind.Write, named,
                        "The firmware protects them (PAGEPROT), which lasts until a reset.",
                        "Reset the chip and stop it before its firmware runs: nrst flash FILE --connect under-reset."),
                ],
            [$"SIZE = 0x{size:X8}", $"PAGEPROT0 = 0x{first:X8}", $"PAGEPROT1 = 0x{second:X8}"]);
    }

    private static OptionRegister Protected(string name, uint offset) => new(
        name, offset, new OptionBits(name, 31, 0, value => value == 0 ? "no page is protected" : "a bit for eight pages, 1 protects them until a reset"));
}
