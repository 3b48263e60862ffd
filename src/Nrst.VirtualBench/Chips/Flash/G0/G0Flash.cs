using Nrst.VirtualBench.Chips.Flash.DoubleWord;

namespace Nrst.VirtualBench.Chips.Flash.G0;

/// <summary>The flash of STM32G0 and STM32C0.</summary>
/// <remarks>RM0444, RM0454 and RM0490, "Embedded flash memory". What a row demands is from RM0490.</remarks>
internal sealed class G0Flash(FlashContext context) : DoubleWordFlash(context, TraitsOf(context.Device.DeviceId))
{
    private const uint SecProt = 1u << 28, SecProt2 = 1u << 29;

    /// <param name="PageBits">Width of page numbers in the protection registers: what the largest part of the die needs.</param>
    /// <param name="PageField">Width of CR.PNB.</param>
    private sealed record Die(int PageBits, int PageField, int SecureBits, uint Optr, bool HasEcc, bool HasTwoBanks);

    private static DoubleWordTraits TraitsOf(ushort deviceId) => Traits(deviceId switch
    {
        0x456 or 0x460 or 0x466 => new Die(6, 10, 7, 0x3F4F_FFFF, HasEcc: true, HasTwoBanks: false),
        0x467 => new Die(7, 10, 8, 0x3F7F_FFFF, HasEcc: true, HasTwoBanks: true),
        0x443 or 0x453 => new Die(4, 4, 5, 0x3FEF_FFFF, HasEcc: false, HasTwoBanks: false),
        0x44C or 0x493 => new Die(6, 6, 6, 0x3FEF_FFFF, HasEcc: false, HasTwoBanks: false),
        0x44D => new Die(7, 7, 8, 0x3FEF_FFFF, HasEcc: false, HasTwoBanks: false),
        _ => throw new ArgumentOutOfRangeException(nameof(deviceId), $"DEV_ID 0x{deviceId:X3} is neither an STM32G0 nor an STM32C0."),
    });

    private static DoubleWordTraits Traits(Die die)
    {
        var pages = (1u << die.PageBits) - 1;
        var (wrp, pcrop) = ((pages << 16) | pages, (4 * (pages + 1)) - 1);
        var field = ((1u << die.PageField) - 1) << 3;
        var ecc = 0xC110_0000 | (die.HasTwoBanks ? 0x7FFFu : 0x3FFF);
        var secure = ((1u << die.SecureBits) - 1) | 1u << 16 | (die.HasTwoBanks ? 0xFFu << 20 : 0);
        List<FlashRegister> registers =
        [
            new(0x00, "ACR", 0x0005_0000, 0x0000_0B07, Reset: 0x0000_0200),
            new(0x08, "KEYR", uint.MaxValue),
            new(0x0C, "OPTKEYR", uint.MaxValue),
            new(0x10, "SR", die.HasTwoBanks ? 0x0007_C3FBu : 0x0005_C3FB),
            new(0x14, "CR", 0xDF07_0007u | field | (die.HasTwoBanks ? 0x2000_A000u : 0)),
            new(0x20, "OPTR", die.Optr),
            new(0x24, "PCROP1ASR", pcrop),
            new(0x28, "PCROP1AER", pcrop | 1u << 31),
            new(0x2C, "WRP1AR", wrp),
            new(0x30, "WRP1BR", wrp),
            new(0x34, "PCROP1BSR", pcrop),
            new(0x38, "PCROP1BER", pcrop),
            new(0x80, "SECR", secure),
        ];
        List<OptionRegister> options =
        [
            new(0x20, 0xFFFF_FEAA & die.Optr, die.Optr), Off(0x24, pcrop), new(0x28, 0, pcrop | 1u << 31), Off(0x2C, wrp, pages), Off(0x30, wrp, pages),
            Off(0x34, pcrop), new(0x38, 0, pcrop), new(0x80, 0, secure),
        ];
        List<ProtectedArea> protectedAreas = [new(0x2C, 1, die.PageBits), new(0x30, 1, die.PageBits)];
        List<CodeArea> codeAreas = [new(0x24, 0x28, 1, 512, die.PageBits + 2), new(0x34, 0x38, 1, 512, die.PageBits + 2)];
        List<SecurableArea> securable = [new(SecProt, 0x80, 0, die.SecureBits, 1)];
        if (die.HasEcc)
        {
            registers.Add(new(0x18, "ECCR", ecc));
        }

        if (die.HasTwoBanks)
        {
            registers.AddRange(
            [
                new(0x1C, "ECC2R", ecc), new(0x44, "PCROP2ASR", pcrop), new(0x48, "PCROP2AER", pcrop), new(0x4C, "WRP2AR", wrp),
                new(0x50, "WRP2BR", wrp), new(0x54, "PCROP2BSR", pcrop), new(0x58, "PCROP2BER", pcrop),
            ]);
            options.AddRange(
            [
                Off(0x44, pcrop), new(0x48, 0, pcrop), Off(0x4C, wrp, pages), Off(0x50, wrp, pages), Off(0x54, pcrop), new(0x58, 0, pcrop),
            ]);
            protectedAreas.AddRange([new(0x4C, 2, die.PageBits), new(0x50, 2, die.PageBits)]);
            codeAreas.AddRange([new(0x44, 0x48, 2, 512, die.PageBits + 2), new(0x54, 0x58, 2, 512, die.PageBits + 2)]);
            securable.Add(new(SecProt2, 0x80, 20, 8, 2));
        }

        return new DoubleWordTraits
        {
            Registers = registers,
            Options = options,
            Eccr = !die.HasEcc ? [] : die.HasTwoBanks ? [0x18, 0x1C] : [0x18],
            RowGap = 20_000,
            RowsFollowPageErase = true,
            Busy = die.HasTwoBanks ? [1u << 16, 1u << 17] : [1u << 16],
            ConfigurationBusy = 1u << 18,
            BankSelect = die.HasTwoBanks ? 1u << 13 : 0,
            MassErase2 = die.HasTwoBanks ? 1u << 15 : 0,
            PageBits = die.PageField,
            Empty = new EmptyFlag(0x00, 16, Toggles: false),
            WriteProtected = protectedAreas,
            CodeOnly = codeAreas,
            CodeAreaErase = 0x28,
            Securable = securable,
            BootLock = (0x80, 16),
            DebugEnable = 1u << 18,
            ResetMode = 27,
            NoSwap = die.HasTwoBanks ? 20 : null,
            Boot = BootBySelectedPin,
        };
    }

    /// <summary>An area whose start is behind its end does not exist.</summary>
    private static OptionRegister Off(uint offset, uint writable, uint? start = null) => new(offset, start ?? writable, writable);
}
