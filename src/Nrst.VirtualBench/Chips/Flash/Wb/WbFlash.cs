using Nrst.VirtualBench.Chips.Flash.DoubleWord;

namespace Nrst.VirtualBench.Chips.Flash.Wb;

/// <summary>The flash of STM32WB and STM32WL, shared with a second CPU that can own its last pages.</summary>
/// <remarks>
/// RM0434, RM0473 and RM0453, "Embedded flash memory". The chip has no radio stack, and its second CPU owns nothing (SFR.FSD = 1) and never
/// runs; its registers are not modelled; PES of the first CPU suspends operations. Only that CPU can change SFR.
/// What a row demands is that of the STM32L4 and G4: no such text of these lines was at hand.
/// </remarks>
internal sealed class WbFlash(FlashContext context) : DoubleWordFlash(context, Traits(DieOf(context)))
{
    /// <param name="PageBits">Width of CR.PNB.</param>
    /// <param name="AreaBits">Width of page numbers in the protection registers and of SFSA.</param>
    /// <param name="HalfPage">Bytes that the limits of a code area count.</param>
    /// <param name="Fsd">The bit of SFR that says that no page is secure.</param>
    private sealed record Die(int PageBits, int AreaBits, uint HalfPage, uint Optr, uint Factory, int Row, int Fsd = 8, uint Sfr = 0, uint Srrvr = 0, bool HasAcr2 = false);

    private static Die DieOf(FlashContext context) => context.Device.DeviceId switch
    {
        0x495 or 0x496 => new Die(8, 8, 2048, 0xEF8F_7FFF, 0x3FFF_F1AA, Row: 512, Sfr: 0x11FF, Srrvr: 0xFEFF_FFFF),
        0x494 => new Die(8, 8, 1024, 0xFFCF_FFFF, 0x3FFF_F1AA, Row: 512, Sfr: 0x11FF, Srrvr: 0xC6FD_FFFF),
        0x497 when context.Part.Name.StartsWith("STM32WL5", StringComparison.Ordinal) =>
            new Die(7, 7, 1024, 0xCF8F_7FFF, 0x3FFF_F0AA, Row: 256, Fsd: 7, Sfr: 0x80FF_10FF, Srrvr: 0xFEFC_FFFF, HasAcr2: true),
        0x497 => new Die(7, 7, 1024, 0x4F8F_7FFF, 0x3FFF_F0AA, Row: 256),
        var other => throw new ArgumentOutOfRangeException(nameof(context), $"DEV_ID 0x{other:X3} is neither an STM32WB nor an STM32WL."),
    };

    private static DoubleWordTraits Traits(Die die)
    {
        var pages = (1u << die.AreaBits) - 1;
        var (wrp, pcrop) = ((pages << 16) | pages, (1u << (die.AreaBits + 1)) - 1);
        List<FlashRegister> registers =
        [
            new(0x00, "ACR", 1u << 16 | 1u << 15, 0x0000_1F07, Reset: 0x0000_0600),
            new(0x08, "KEYR", uint.MaxValue),
            new(0x0C, "OPTKEYR", uint.MaxValue),
            new(0x10, "SR", 0x000D_C3FB, 0x0000_2000),
            new(0x14, "CR", 0xCF07_0007u | ((1u << die.PageBits) - 1) << 3),
            new(0x18, "ECCR", 0xC111_FFFF, 0x1C00_0000),
            new(0x20, "OPTR", die.Optr),
            new(0x24, "PCROP1ASR", pcrop),
            new(0x28, "PCROP1AER", pcrop | 1u << 31),
            new(0x2C, "WRP1AR", wrp),
            new(0x30, "WRP1BR", wrp),
            new(0x34, "PCROP1BSR", pcrop),
            new(0x38, "PCROP1BER", pcrop),
        ];
        List<OptionRegister> options =
        [
            new(0x20, die.Factory & die.Optr, die.Optr), new(0x24, pcrop, pcrop), new(0x28, 0, pcrop | 1u << 31), new(0x2C, pages, wrp),
            new(0x30, pages, wrp), new(0x34, pcrop, pcrop), new(0x38, 0, pcrop),
        ];
        if (die.HasAcr2)
        {
            registers.Add(new(0x04, "ACR2", 0, 7));
        }

        if (die.Sfr != 0)
        {
            registers.AddRange(
            [
                new(0x3C, "IPCCBR", 0x3FFF), new(0x5C, "C2ACR", 0, 0x8B00), new(0x60, "C2SR", 0, 0x000D_43FB), new(0x64, "C2CR", 0, 0x0705_07FF),
                new(0x80, "SFR", die.Sfr), new(0x84, "SRRVR", 0, die.Srrvr),
            ]);
            options.AddRange([new(0x3C, 0, 0x3FFF), new(0x80, die.Sfr & 0x1FFF, 0)]);
        }

        return new DoubleWordTraits
        {
            Registers = registers,
            Options = options,
            Row = die.Row,
            ConfigurationBusy = 1u << 18,
            PageBits = die.PageBits,
            Empty = new EmptyFlag(0x00, 16, Toggles: false),
            WriteProtected = [new(0x2C, 1, die.AreaBits), new(0x30, 1, die.AreaBits)],
            CodeOnly = [new(0x24, 0x28, 1, die.HalfPage, die.AreaBits + 1), new(0x34, 0x38, 1, die.HalfPage, die.AreaBits + 1)],
            CodeAreaErase = 0x28,
            Suspend = (1u << 15, 1u << 19),
            OtherCpu = die.Sfr != 0 ? new OtherCpuPages(0x80, die.AreaBits, die.Fsd) : null,
            Boot = BootByPinOrOption,
        };
    }
}
