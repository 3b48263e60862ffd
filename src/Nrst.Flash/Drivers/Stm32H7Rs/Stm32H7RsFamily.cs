using Nrst.Targets;
using static Nrst.Flash.Stm32H7Rs.FlashRegisters;

namespace Nrst.Flash.Stm32H7Rs;

/// <summary>The STM32H7R and H7S. RM0477, "FLASH option bytes".</summary>
internal sealed class Stm32H7RsFamily : IFlashFamily
{
    private const uint OpenState = 0xB4;

    private static readonly OptionRegister[] s_options =
    [
        new("FLASH_NVSR", NVSR, new OptionBits("NVSTATE", 7, 0, WordsOfState)),
        new(
            "FLASH_OBW1SR",
            OBW1SR,
            OptionBits.Field("BOR_LEVEL", 3, 2, "off, reset below 1.6 V", "level 1, 2.1 V", "level 2, 2.4 V", "level 3, 2.7 V"),
            OptionBits.Bit("IWDG_HW", 4, "the independent watchdog starts with the chip", "the independent watchdog is started by software"),
            OptionBits.Bit("NRST_STOP", 6, "entering Stop resets", "entering Stop does not reset"),
            OptionBits.Bit("NRST_STBY", 7, "entering Standby resets", "entering Standby does not reset"),
            OptionBits.Bit("XSPI1_HSLV", 8, "the pins of XSPI1 work over the whole supply range", "fast pins below 2.7 V; a higher supply damages them"),
            OptionBits.Bit("XSPI2_HSLV", 9, "the pins of XSPI2 work over the whole supply range", "fast pins below 2.7 V; a higher supply damages them"),
            OptionBits.Bit("IWDG_FZ_STOP", 17, "the independent watchdog stands still in Stop", "the independent watchdog runs in Stop"),
            OptionBits.Bit("IWDG_FZ_STBY", 18, "the independent watchdog stands still in Standby", "the independent watchdog runs in Standby"),
            OptionBits.Bit("VDDIO_HSLV", 29, "the pins work over the whole supply range", "fast pins below 2.7 V; a higher supply damages them")),
        new(
            "FLASH_OBW2SR",
            OBW2SR,
            new OptionBits("ITCM_AXI_SHARE", 2, 0, value => $"share {value} of the RAM between ITCM and AXI"),
            new OptionBits("DTCM_AXI_SHARE", 6, 4, value => $"share {value} of the RAM between DTCM and AXI"),
            OptionBits.Bit("ECC_ON_SRAM", 8, "the SRAM has no ECC", "the SRAM has ECC")),
    ];

    public FlashController Open(FlashChip chip) => new Stm32H7RsFlash(chip);

    public IReadOnlyList<OptionReading> ReadOptions(ITargetMemory memory, Device device) =>
        [.. s_options.SelectMany(register => register.Read(memory, device))];

    public FlashProtection ReadProtection(ITargetMemory memory, Device device, BankedLayout layout)
    {
        uint At(uint offset) => memory.Read32(device.Flash.Controller + offset);
        var (state, wrp) = (At(NVSR) & 0xFF, At(WRPSR));
        var named = layout.Sectors.Select(sector => sector.Number).Where(number => (wrp >> number & 1) == 0).ToHashSet();
        return new FlashProtection(
            Flash.ReadProtection.Level0,
            named.Count == 0
                ? []
                :
                [
                    new Barrier(
                        BarrierKind.Write, named,
                        "The option bytes WRPS cover them, often set by a bootloader that protects itself.",
                        "Link the image to other sectors, or set the bits of WRPS to 1 with the tool that cleared them."),
                ],
            [$"FLASH_NVSR = 0x{At(NVSR):X8}", $"FLASH_WRPSR = 0x{wrp:X8}"])
        {
            Closed = state == OpenState
                ? null
                : new Closure(
                    $"The chip is {WordsOfState(state)}", "NVSTATE in the option bytes was set, by a production tool or by the firmware itself.",
                    "Do a regression by debug authentication, with what the maker provisioned; without it there is no way back."),
        };
    }

    private static string WordsOfState(uint state) => state switch
    {
        OpenState => "open",
        0x51 => "closed",
        _ => "in a state that is not known",
    };
}
