using Nrst.VirtualBench.Chips.Flash.DoubleWord;

namespace Nrst.VirtualBench.Chips.Flash.G4;

/// <summary>The flash of STM32G4.</summary>
/// <remarks>
/// RM0440, "Embedded flash memory". With DBANK = 0 the silicon reads 128 bits at once and counts code areas in 16 bytes; here they always
/// count double words. A row has 256 bytes by the organization of the memory and by FLASH_SR; its "Fast programming" writes 64 double words
/// into it, on dies of two banks.
/// </remarks>
internal sealed class G4Flash(FlashContext context) : DoubleWordFlash(context, Traits(DieOf(context.Device.DeviceId)))
{
    private const uint SecProt1 = 1u << 28, SecProt2 = 1u << 29;

    /// <param name="PageBits">Width of page numbers, in CR and in the protection registers.</param>
    /// <param name="CodeBits">Width of the limits of a code area, which count double words.</param>
    private sealed record Die(int PageBits, int CodeBits, int SecureBits, bool HasTwoBanks);

    private static Die DieOf(ushort deviceId) => deviceId switch
    {
        0x468 => new Die(6, 14, 7, HasTwoBanks: false),
        0x469 => new Die(7, 15, 8, HasTwoBanks: true),
        0x479 => new Die(8, 16, 9, HasTwoBanks: false), // 256 pages: widths from the number of pages, not from a register table
        _ => throw new ArgumentOutOfRangeException(nameof(deviceId), $"DEV_ID 0x{deviceId:X3} is not an STM32G4."),
    };

    private static DoubleWordTraits Traits(Die die)
    {
        var pages = (1u << die.PageBits) - 1;
        var (wrp, pcrop) = ((pages << 16) | pages, (1u << die.CodeBits) - 1);
        var secure = (1u << die.SecureBits) - 1;
        var optr = die.HasTwoBanks ? 0x7FDF_77FFu : 0x7F8F_77FF;
        List<FlashRegister> registers =
        [
            new(0x00, "ACR", 1u << 18, 0x0000_7F0F, Reset: 0x0000_0600),
            new(0x04, "PDKEYR", 0, uint.MaxValue),
            new(0x08, "KEYR", uint.MaxValue),
            new(0x0C, "OPTKEYR", uint.MaxValue),
            new(0x10, "SR", 0x0001_C3FB),
            new(0x14, "CR", 0xDF07_0007u | (pages << 3) | (die.HasTwoBanks ? 0x2000_8800u : 0)),
            new(0x18, "ECCR", die.HasTwoBanks ? 0xF167_FFFFu : 0xC140_0000 | ((1u << (die.PageBits + 12)) - 1)),
            new(0x20, "OPTR", optr),
            new(0x24, "PCROP1SR", pcrop),
            new(0x28, "PCROP1ER", pcrop | 1u << 31),
            new(0x2C, "WRP1AR", wrp),
            new(0x30, "WRP1BR", wrp),
            new(0x70, "SEC1R", secure | 1u << 16),
        ];
        List<OptionRegister> options =
        [
            new(0x20, 0xFFEF_F8AA & optr, optr), new(0x24, pcrop, pcrop), new(0x28, 0, pcrop | 1u << 31), new(0x2C, pages, wrp), new(0x30, pages, wrp),
            new(0x70, 0, secure | 1u << 16),
        ];
        List<ProtectedArea> protectedAreas = [new(0x2C, 1, die.PageBits), new(0x30, 1, die.PageBits)];
        List<CodeArea> codeAreas = [new(0x24, 0x28, 1, 8, die.CodeBits)];
        List<SecurableArea> securable = [new(SecProt1, 0x70, 0, die.SecureBits, 1)];
        if (die.HasTwoBanks)
        {
            registers.AddRange(
            [
                new(0x44, "PCROP2SR", pcrop), new(0x48, "PCROP2ER", pcrop), new(0x4C, "WRP2AR", wrp), new(0x50, "WRP2BR", wrp), new(0x74, "SEC2R", secure),
            ]);
            options.AddRange([new(0x44, pcrop, pcrop), new(0x48, 0, pcrop), new(0x4C, pages, wrp), new(0x50, pages, wrp), new(0x74, 0, secure)]);
            protectedAreas.AddRange([new(0x4C, 2, die.PageBits), new(0x50, 2, die.PageBits)]);
            codeAreas.Add(new(0x44, 0x48, 2, 8, die.CodeBits));
            securable.Add(new(SecProt2, 0x74, 0, die.SecureBits, 2));
        }

        return new DoubleWordTraits
        {
            Registers = registers,
            Options = options,
            EccBankBit = die.HasTwoBanks ? 21 : -1,
            EccAddressUnit = 1,
            BankSelect = die.HasTwoBanks ? 1u << 11 : 0,
            MassErase2 = die.HasTwoBanks ? 1u << 15 : 0,
            PageBits = die.PageBits,
            WriteProtected = protectedAreas,
            CodeOnly = codeAreas,
            CodeAreaErase = 0x28,
            Securable = securable,
            BootLock = (0x70, 16),
            DebugEnable = 1u << 18,
            ResetMode = 28,
            Boot = BootByPinOrOption,
        };
    }
}
