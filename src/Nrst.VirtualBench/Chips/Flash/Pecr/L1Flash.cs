namespace Nrst.VirtualBench.Chips.Flash.Pecr;

/// <summary>The flash of STM32L1: RM0038, "Flash program memory and data EEPROM".</summary>
internal sealed class L1Flash(FlashContext context) : PecrFlash(context, Traits(context))
{
    private static readonly (uint Offset, string Name, uint Bits)[] Sectors =
    [
        (0x20, "WRPR1", uint.MaxValue), (0x80, "WRPR2", uint.MaxValue), (0x84, "WRPR3", uint.MaxValue), (0x88, "WRPR4", uint.MaxValue),
    ];

    private static readonly uint[] Words = [0x00, 0x04, 0x08, 0x0C, 0x10, 0x14, 0x18, 0x1C, 0x80, 0x84];

    private static PecrTraits Traits(FlashContext context)
    {
        var deviceId = context.Device.DeviceId;
        // 128 KiB have one register of sectors, and each further 128 KiB one more.
        var registers = deviceId switch
        {
            0x416 or 0x429 => 1,
            0x427 => 2,
            0x436 => 3,
            0x437 => 4,
            _ => throw new ArgumentOutOfRangeException(nameof(context), $"DEV_ID 0x{deviceId:X3} is not an STM32L1."),
        };
        var twoBanks = deviceId is 0x436 or 0x437;
        var readOut = deviceId is 0x427 or 0x429;
        return new PecrTraits
        {
            HalfPage = 128,
            Acr = 0x1F,
            Pecr = 0x0007_071F,
            PecrIdle = twoBanks ? 0x8000u : 0,
            Sr = registers > 1 ? 0x1F0Fu : 0x0F0F,
            OptionRegister = "OBR",
            Optr = 0x007F_00FFu | (readOut ? 0x100u : 0) | (twoBanks ? 0x0080_0000u : 0),
            HasReadOutSectors = readOut,
            User = 0x00F8,
            Wrpr = Sectors[..registers],
            OptionWords = Words[..(2 + (2 * registers))],
            SizeCode = deviceId == 0x436 ? (ushort)(context.Part.FlashKiB == 384 ? 0 : 1) : null,
        };
    }
}
