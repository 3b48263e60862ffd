using Nrst.VirtualBench.Chips.Flash.DoubleWord;

namespace Nrst.VirtualBench.Chips.Flash.L4;

/// <summary>The flash of STM32L4 and STM32L4+.</summary>
/// <remarks>RM0351, RM0394 and RM0432, "Embedded flash memory".</remarks>
internal sealed class L4Flash(FlashContext context) : DoubleWordFlash(context, TraitsOf(context.Device.DeviceId))
{
    /// <param name="PageBits">Width of page numbers.</param>
    /// <param name="CodeBits">Width of the limits of a code area, which count double words.</param>
    /// <param name="Optr">The bits of OPTR that exist.</param>
    /// <param name="IsPlus">L4+: pages of 4 KiB, rows of 512 bytes, one bit more of latency.</param>
    private sealed record Die(int PageBits, int CodeBits, uint Optr, bool HasTwoBanks, bool HasEmpty, bool IsPlus = false);

    private static DoubleWordTraits TraitsOf(ushort deviceId) => Traits(deviceId, deviceId switch
    {
        0x415 => new Die(8, 16, 0x03BF_77FF, HasTwoBanks: true, HasEmpty: false),
        0x461 => new Die(8, 16, 0x0FBF_77FF, HasTwoBanks: true, HasEmpty: true),
        0x435 or 0x464 => new Die(7, 15, 0x0F8F_77FF, HasTwoBanks: false, HasEmpty: true),
        0x462 => new Die(8, 16, 0x0F8F_77FF, HasTwoBanks: false, HasEmpty: true),
        0x470 => new Die(8, 17, 0x0FFF_77FF, HasTwoBanks: true, HasEmpty: true, IsPlus: true),
        0x471 => new Die(7, 16, 0x0FFF_77FF, HasTwoBanks: true, HasEmpty: true, IsPlus: true),
        _ => throw new ArgumentOutOfRangeException(nameof(deviceId), $"DEV_ID 0x{deviceId:X3} is not an STM32L4."),
    });

    private static DoubleWordTraits Traits(ushort deviceId, Die die)
    {
        var pages = (1u << die.PageBits) - 1;
        var (wrp, pcrop) = ((pages << 16) | pages, (1u << die.CodeBits) - 1);
        var ecc = die switch { { IsPlus: true } => 0xF16F_FFFFu, { HasTwoBanks: true } => 0xC11F_FFFF, _ => 0xC117_FFFF };
        List<FlashRegister> registers =
        [
            new(0x00, "ACR", 0, die.IsPlus ? 0x0000_7F0Fu : 0x0000_7F07, Reset: 0x0000_0600),
            new(0x04, "PDKEYR", 0, uint.MaxValue),
            new(0x08, "KEYR", uint.MaxValue),
            new(0x0C, "OPTKEYR", uint.MaxValue),
            new(0x10, "SR", die.HasEmpty ? 0x0003_C3FBu : 0x0001_C3FB),
            new(0x14, "CR", 0xCF07_0007u | (pages << 3) | (die.HasTwoBanks ? 0x8800u : 0)),
            new(0x18, "ECCR", ecc),
            new(0x20, "OPTR", die.Optr),
            new(0x24, "PCROP1SR", pcrop),
            new(0x28, "PCROP1ER", pcrop | 1u << 31),
            new(0x2C, "WRP1AR", wrp),
            new(0x30, "WRP1BR", wrp),
        ];
        List<OptionRegister> options =
        [
            new(0x20, 0xFFEF_F8AA & die.Optr, die.Optr), new(0x24, pcrop, pcrop), new(0x28, 0, pcrop | 1u << 31),
            new(0x2C, pages, wrp), new(0x30, pages, wrp),
        ];
        List<ProtectedArea> protectedAreas = [new(0x2C, 1, die.PageBits), new(0x30, 1, die.PageBits)];
        List<CodeArea> codeAreas = [new(0x24, 0x28, 1, 8, die.CodeBits)];
        if (die.HasTwoBanks)
        {
            registers.AddRange([new(0x44, "PCROP2SR", pcrop), new(0x48, "PCROP2ER", pcrop), new(0x4C, "WRP2AR", wrp), new(0x50, "WRP2BR", wrp)]);
            options.AddRange([new(0x44, pcrop, pcrop), new(0x48, 0, pcrop), new(0x4C, pages, wrp), new(0x50, pages, wrp)]);
            protectedAreas.AddRange([new(0x4C, 2, die.PageBits), new(0x50, 2, die.PageBits)]);
            codeAreas.Add(new(0x44, 0x48, 2, 8, die.CodeBits));
        }

        if (die.IsPlus)
        {
            registers.Add(new(0x130, "CFGR", 0, 1));
        }

        if (deviceId == 0x471)
        {
            registers.Add(new(0x200, "DSR", 0, uint.MaxValue));
        }

        return new DoubleWordTraits
        {
            Registers = registers,
            Options = options,
            Row = die.IsPlus ? 512 : 256,
            EccBankBit = !die.HasTwoBanks ? -1 : die.IsPlus ? 21 : 19,
            EccAddressUnit = 1,
            BankSelect = die.HasTwoBanks ? 1u << 11 : 0,
            MassErase2 = die.HasTwoBanks ? 1u << 15 : 0,
            PageBits = die.PageBits,
            Empty = die.HasEmpty ? new EmptyFlag(0x10, 17, Toggles: true) : null,
            WriteProtected = protectedAreas,
            CodeOnly = codeAreas,
            CodeAreaErase = 0x28,
            Boot = deviceId == 0x415 ? BootByPin : BootByPinOrOption,
        };
    }
}
