using Nrst.Flash.Stm32L0;
using Nrst.Targets;

namespace Nrst.Flash.Stm32L1;

/// <summary>The STM32L1, whose controller is that of the STM32L0 with larger pages. RM0038, "Option bytes".</summary>
internal sealed class Stm32L1Family : IFlashFamily
{
    private static readonly (string Name, uint Offset)[] s_wrpr =
        [("FLASH_WRPR1", 0x20), ("FLASH_WRPR2", 0x80), ("FLASH_WRPR3", 0x84), ("FLASH_WRPR4", 0x88)];

    // Category 1 and 2: no PCROP.
    private static readonly HashSet<ushort> s_withoutPcrop = [0x416, 0x429];

    private static readonly OptionBits[] s_common =
    [
        new("RDPRT", 7, 0, FlashProtection.WordsOf),
        new("BOR_LEV", 19, 16, Stm32L0Family.BrownOut),
        OptionBits.Bit("IWDG_SW", 20, "the independent watchdog starts with the chip", "the independent watchdog is started by software"),
        OptionBits.Bit("nRST_STOP", 21, "entering Stop resets", "entering Stop does not reset"),
        OptionBits.Bit("nRST_STDBY", 22, "entering Standby resets", "entering Standby does not reset"),
    ];

    private static readonly OptionBits s_pcrop =
        OptionBits.Bit("SPRMOD", 8, "WRP 1 write-protects its 4 KiB", "PCROP: WRP 0 makes its 4 KiB unreadable and unchangeable");

    // The other way round than on the STM32L0.
    private static readonly OptionBits s_bootBank = OptionBits.Bit("nBFB2", 23, "boots from bank 2", "boots from bank 1");

    public FlashController Open(FlashChip chip) => new Stm32L0Flash(chip);

    public FlashProtection ReadProtection(ITargetMemory memory, Device device, BankedLayout layout) =>
        WordProtection.Read(memory, device, layout, "FLASH_OBR", default, s_wrpr);

    public IReadOnlyList<OptionReading> ReadOptions(ITargetMemory memory, Device device)
    {
        OptionBits[] fields =
        [
            .. s_common,
            .. s_withoutPcrop.Contains(device.DeviceId) ? Array.Empty<OptionBits>() : [s_pcrop],
            .. device.Flash.DualBank ? [s_bootBank] : Array.Empty<OptionBits>(),
        ];
        var longest = device.Parts.Max(part => part.FlashKiB);
        return
        [
            .. new OptionRegister("FLASH_OBR", FlashRegisters.OPTR, [.. fields.OrderBy(field => field.Low)]).Read(memory, device),
            .. s_wrpr.Take((longest + 127) / 128).SelectMany(register => Stm32L0Family.Groups(register).Read(memory, device)),
        ];
    }
}
