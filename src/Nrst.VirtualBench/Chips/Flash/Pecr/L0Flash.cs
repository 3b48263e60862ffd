namespace Nrst.VirtualBench.Chips.Flash.Pecr;

/// <summary>The flash of STM32L0: RM0367, RM0376, RM0377 and RM0451, "Flash program memory and data EEPROM".</summary>
internal sealed class L0Flash(FlashContext context) : PecrFlash(context, Traits(context.Device.DeviceId))
{
    private static PecrTraits Traits(ushort deviceId)
    {
        // Category 5: two banks, up to 48 sectors, and a say whether words that are not zero are refused.
        var large = deviceId == 0x447;
        return new PecrTraits
        {
            HalfPage = 64,
            RefusesOverwriting = true,
            AbortsOnFetch = true,
            Acr = 0x7B,
            Pecr = large ? 0x0047_071Fu : 0x0007_071F,
            PecrIdle = large ? 0x0008_8000u : 0x0008_0000,
            Sr = 0x0003_2F0F,
            OptionRegister = "OPTR",
            Optr = (large ? 0x80FF_01FFu : 0x807F_01FF) | (deviceId == 0x457 ? 0x6000_0000u : 0),
            HasReadOutSectors = true,
            HasBoot1Option = true,
            User = 0x8070,
            Wrpr = large ? [(0x20, "WRPR", uint.MaxValue), (0x80, "WRPR2", 0xFFFF)] : [(0x20, "WRPR", 0xFFFF)],
            OptionWords = large ? [0x00, 0x04, 0x08, 0x0C, 0x10] : [0x00, 0x04, 0x08],
        };
    }
}
