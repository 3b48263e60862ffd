using Nrst.Targets;

namespace Nrst.Flash.Stm32L5;

/// <summary>What the STM32L5, U5 and U3 have differently.</summary>
/// <param name="Raise">Raises the core's voltage where the flash would not take anything without.</param>
/// <param name="WrpUnlock">Bit 31 of a WRP register is 0 where the area is frozen.</param>
internal sealed record SecureShape(IReadOnlyList<OptionBits> Options, Action<FlashChip>? Raise, bool WrpUnlock)
{
    private static readonly OptionBits s_pa15 =
        OptionBits.Bit("PA15_PUPEN", 28, "the USB power delivery dead battery is on", "PA15 has its pull-up, the dead battery is off");

    /// <summary>RM0438, "Flash option register (FLASH_OPTR)".</summary>
    public static SecureShape L5 { get; } = new(
        [
            OptionBits.Bit("DB256K", 21, "256 KiB of flash is one bank", "256 KiB of flash is two banks"),
            OptionBits.Bit("DBANK", 22, "one bank of 4 KiB pages", "two banks of 2 KiB pages"),
            OptionBits.Bit("SRAM2_PE", 24, "SRAM2 parity is checked", "SRAM2 parity is not checked"),
            s_pa15,
        ],
        Raise: CoreVoltage.RaiseL5,
        WrpUnlock: false);

    /// <summary>RM0456, "FLASH option register (FLASH_OPTR)".</summary>
    public static SecureShape U5 { get; } = new(
        [
            OptionBits.Bit("SRAM_RST", 15, "a reset erases all SRAM but SRAM2", "a reset keeps all SRAM but SRAM2"),
            OptionBits.Bit("DUALBANK", 21, "one bank", "two banks"),
            OptionBits.Bit("BKPRAM_ECC", 22, "the backup RAM has ECC", "the backup RAM has no ECC"),
            OptionBits.Bit("SRAM3_ECC", 23, "SRAM3 has ECC", "SRAM3 has no ECC"),
            OptionBits.Bit("SRAM2_ECC", 24, "SRAM2 has ECC", "SRAM2 has no ECC"),
            OptionBits.Bit("IO_VDD_HSLV", 29, "pins at VDD of any voltage", "pins at VDD are fast, and break above 2.5 V"),
            OptionBits.Bit("IO_VDDIO2_HSLV", 30, "pins at VDDIO2 of any voltage", "pins at VDDIO2 are fast, and break above 2.5 V"),
            s_pa15,
        ],
        Raise: null,
        WrpUnlock: true);

    /// <summary>RM0487, "FLASH option register (FLASH_OPTR)".</summary>
    public static SecureShape U3 { get; } = new(
        [
            OptionBits.Bit("BDRST_POR", 11, "a power-on resets the backup domain too", "the backup domain is reset by itself only"),
            OptionBits.Bit("SRAM1_RST", 15, "a reset erases SRAM1", "a reset keeps SRAM1"),
            OptionBits.Bit("DUALBANK", 21, "one bank", "two banks"),
            OptionBits.Bit("SRAM3_PE", 23, "SRAM3 parity is checked", "SRAM3 parity is not checked"),
            OptionBits.Bit("SRAM2_PE", 24, "SRAM2 parity is checked", "SRAM2 parity is not checked"),
            OptionBits.Bit("IO_VDD_HSLV", 29, "pins at VDD of any voltage", "pins at VDD are fast, and break above 2.5 V"),
            OptionBits.Bit("IO_VDDIO2_HSLV", 30, "pins at VDDIO2 of any voltage", "pins at VDDIO2 are fast, and break above 2.5 V"),
        ],
        Raise: CoreVoltage.RaiseU3,
        WrpUnlock: true);
}

/// <summary>The STM32L5, U5 and U3, as far as TrustZone is off. RM0438, RM0456 and RM0487, "FLASH option bytes".</summary>
internal sealed class Stm32L5Family(SecureShape shape) : IFlashFamily
{
    private static readonly OptionBits s_tzen = OptionBits.Bit("TZEN", 31, "no TrustZone", "TrustZone: the chip has a secure world");

    private static readonly OptionBits[] s_common =
    [
        CommonOptions.Rdp,
        CommonOptions.BrownOut(8),
        .. CommonOptions.LowPowerResets(12),
        .. CommonOptions.Watchdogs,
        OptionBits.Bit("SWAP_BANK", 20, "bank 1 is mapped first", "bank 2 is mapped first"),
        OptionBits.Bit("SRAM2_RST", 25, "a reset erases SRAM2", "a reset keeps SRAM2"),
        OptionBits.Bit("nSWBOOT0", 26, "nBOOT0 decides where to boot", "the BOOT0 pin decides where to boot"),
        OptionBits.Bit("nBOOT0", 27, "boots from the second place", "boots from the first place"),
        s_tzen,
    ];

    private static readonly OptionRegister[] s_boot =
    [
        new("FLASH_NSBOOTADD0R", 0x44, new OptionBits("NSBOOTADD0", 31, 7, Place)),
        new("FLASH_NSBOOTADD1R", 0x48, new OptionBits("NSBOOTADD1", 31, 7, Place)),
        new("FLASH_SECBOOTADD0R", 0x4C, OptionBits.Bit("BOOT_LOCK", 0, "the boot place is chosen", "boots from SECBOOTADD0 only")),
    ];

    private static readonly (int Bank, string Name, uint Offset)[] s_wrp =
        [(1, "WRP1A", 0x58), (1, "WRP1B", 0x5C), (2, "WRP2A", 0x68), (2, "WRP2B", 0x6C)];

    public FlashController Open(FlashChip chip) => new Stm32L5Flash(chip, shape.Raise);

    public IReadOnlyList<OptionReading> ReadOptions(ITargetMemory memory, Device device) =>
    [
        .. new OptionRegister("FLASH_OPTR", 0x40, [.. s_common.Concat(shape.Options).OrderBy(field => field.Low)]).Read(memory, device),
        .. s_boot.SelectMany(register => register.Read(memory, device)),
    ];

    public FlashProtection ReadProtection(ITargetMemory memory, Device device, BankedLayout layout)
    {
        uint At(uint offset) => memory.Read32(device.Flash.Controller + offset);
        var optr = At(0x40);
        List<string> registers = [$"FLASH_OPTR = 0x{optr:X8}"];
        var barriers = new List<Barrier>();
        foreach (var (number, name, offset) in s_wrp)
        {
            // As one bank, the areas of both banks count from its start.
            var bank = layout.Banks.FirstOrDefault(bank => bank.Number == number) ?? layout.Banks[0];
            var register = At(offset);
            registers.Add($"FLASH_{name}R = 0x{register:X8}");
            if (PageAreas.Wrp(device, bank, name, register) is { } barrier)
            {
                barriers.Add(shape.WrpUnlock && register >> 31 == 0 ? Frozen(barrier, name) : barrier);
            }
        }

        return new FlashProtection(FlashProtection.LevelOf((byte)optr), barriers, registers)
        {
            Closed = s_tzen.Of(optr) == 0 ? null : new Closure(
                "TrustZone is on (TZEN), and this version programs such a chip only with TrustZone off",
                "The option byte TZEN was set; the chip is delivered without. Flash that is secure answers a debugger of the other world with zeros.",
                "Program it with a tool that knows the secure world. TZEN can be cleared only together with a return from read-out protection level 1 to 0, which erases the chip."),
        };
    }

    /// <summary>RM0456, "FLASH WRP1 area A address register": UNLOCK 0 keeps the area as it is.</summary>
    private static Barrier Frozen(Barrier barrier, string name) => barrier with
    {
        Lift = $"Link the image to other pages. {name} is frozen (UNLOCK is 0): only read-out protection to level 1 and back lifts it, which erases the chip.",
    };

    /// <summary>A boot address counts in 128 bytes.</summary>
    private static string Place(uint value) => $"at 0x{value << 7:X8}";
}
