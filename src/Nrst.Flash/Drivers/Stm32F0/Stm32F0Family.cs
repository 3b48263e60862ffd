using Nrst.Flash.Stm32F1;
using Nrst.Targets;

namespace Nrst.Flash.Stm32F0;

/// <summary>
/// The STM32F0 and F3: the controller of the STM32F1 with other option bytes. RM0091 and RM0316, "Option byte description".
/// </summary>
internal sealed class Stm32F0Family : IFlashFamily
{
    private const uint OBR = 0x1C;

    // STM32F09x and F04x with F030xC and F070x6: RM0091 and RM0360, "Boot configuration". They look whether the flash is empty, too.
    private static readonly HashSet<ushort> s_softwareBootDevices = [0x442, 0x445];

    // STM32F373 and F378, the only ones with sigma-delta converters.
    private const ushort WithSdadc = 0x432;

    private static readonly OptionBits[] s_common =
    [
        OptionBits.Bit("OPTERR", 0, "the option bytes are sound", "an option byte does not fit its complement and counts as 0xFF"),
        new("RDPRT", 2, 1, value => FlashProtection.WordsOf(RdpOf(value))),
        OptionBits.Bit("WDG_SW", 8, "the independent watchdog starts with the chip", "the independent watchdog is started by software"),
        OptionBits.Bit("nRST_STOP", 9, "entering Stop resets", "entering Stop does not reset"),
        OptionBits.Bit("nRST_STDBY", 10, "entering Standby resets", "entering Standby does not reset"),
        OptionBits.Bit("nBOOT1", 12, "RAM is the second place to boot from", "system memory is the second place to boot from"),
        OptionBits.Bit("VDDA_MONITOR", 13, "VDDA is not monitored", "VDDA is monitored"),
        OptionBits.Bit("RAM_PARITY_CHECK", 14, "RAM parity is checked", "RAM parity is not checked"),
        new("Data0", 23, 16, value => $"the user's own byte, 0x{value:X2}"),
        new("Data1", 31, 24, value => $"the user's own byte, 0x{value:X2}"),
    ];

    private static readonly OptionBits[] s_softwareBoot =
    [
        OptionBits.Bit("nBOOT0", 11, "boots from the second place", "boots from main flash"),
        OptionBits.Bit("BOOT_SEL", 15, "nBOOT0 decides where to boot", "the BOOT0 pin decides where to boot"),
    ];

    private static readonly OptionBits s_sdadc = OptionBits.Bit("SDADC12_VDD_MONITOR", 15, "VDDSD12 is not monitored", "VDDSD12 is monitored");

    public FlashController Open(FlashChip chip) =>
        new Stm32F1Flash(chip, hidesLock: false, remembersEmpty: s_softwareBootDevices.Contains(chip.Device.DeviceId));

    public IReadOnlyList<OptionReading> ReadOptions(ITargetMemory memory, Device device)
    {
        OptionBits[] fields =
        [
            .. s_common,
            .. s_softwareBootDevices.Contains(device.DeviceId) ? s_softwareBoot : [],
            .. device.DeviceId == WithSdadc ? [s_sdadc] : Array.Empty<OptionBits>(),
        ];
        return
        [
            .. new OptionRegister("FLASH_OBR", OBR, [.. fields.OrderBy(field => field.Low)]).Read(memory, device),
            .. WriteProtection.Option.Read(memory, device),
        ];
    }

    public FlashProtection ReadProtection(ITargetMemory memory, Device device, BankedLayout layout)
    {
        var options = memory.Read32(device.Flash.Controller + OBR);
        var wrpr = memory.Read32(device.Flash.Controller + WriteProtection.Option.Offset);
        return new FlashProtection(
            FlashProtection.LevelOf((byte)RdpOf(options >> 1 & 3)),
            WriteProtection.Barriers(wrpr, layout),
            [$"FLASH_OBR = 0x{options:X8}", $"FLASH_WRPR = 0x{wrpr:X8}"]);
    }

    /// <summary>RDPRT as the RDP byte it stands for: 0 is level 0, 3 is level 2, all else is level 1.</summary>
    private static uint RdpOf(uint rdprt) => rdprt switch { 0 => 0xAA, 3 => 0xCC, _ => 0 };
}
