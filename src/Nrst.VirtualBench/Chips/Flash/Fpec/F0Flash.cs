namespace Nrst.VirtualBench.Chips.Flash.Fpec;

/// <summary>The flash of STM32F0 and STM32F3: three levels of read protection, and option bytes that are loaded on demand.</summary>
internal sealed class F0Flash(FlashContext context) : FpecFlash(context, Traits(context.Device.DeviceId))
{
    private static FpecTraits Traits(ushort deviceId) => Common with
    {
        HasBootSelection = deviceId is 0x442 or 0x445,

        // The F0 has one wait state and no half-cycle access.
        Acr = deviceId is 0x440 or 0x442 or 0x444 or 0x445 or 0x448 ? 0x31u : 0x3F,
    };

    /// <summary>RM0091 and RM0316, "Option byte register": the user byte is bits 15:8.</summary>
    private static FpecTraits Common { get; } = new()
    {
        Open = 0xAA,
        HasLevel2 = true,
        HasBoot1Option = true,
        HasOblLaunch = true,
        Obr = 0xFFFF_FF07,
        RdprtBits = 2,
        UserAt = 8,
        Data0At = 16,
        Data1At = 24,
    };
}
