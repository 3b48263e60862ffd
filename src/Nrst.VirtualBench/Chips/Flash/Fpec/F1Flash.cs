namespace Nrst.VirtualBench.Chips.Flash.Fpec;

/// <summary>The flash of STM32F1 up to 512 KiB.</summary>
internal sealed class F1Flash(FlashContext context) : FpecFlash(context, Traits(context.Device.DeviceId))
{
    private static FpecTraits Traits(ushort deviceId) => deviceId switch
    {
        // The value line has no prefetch buffer and no wait states.
        0x420 or 0x428 => new FpecTraits { GuardsTheFirstPages = true, Acr = 0x08, AcrReset = 0 },
        0x410 or 0x412 or 0x414 or 0x418 => new FpecTraits { GuardsTheFirstPages = true },
        _ => throw new ArgumentOutOfRangeException(nameof(deviceId), $"DEV_ID 0x{deviceId:X3} is not an STM32F1 with one bank."),
    };
}
