namespace Nrst.VirtualBench.Chips.Flash.Fpec;

/// <summary>The flash of STM32F1 above 512 KiB: two banks with registers of their own, and one set of option bytes.</summary>
internal sealed class F1XlFlash(FlashContext context) : FpecFlash(context, Traits)
{
    // PM0068: BFB2 joins the user option bits.
    private static FpecTraits Traits { get; } = new() { GuardsTheFirstPages = true, Banks = 2, Obr = 0x03FF_FC3F };
}
