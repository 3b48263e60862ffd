using Nrst.VirtualBench.Chips.Flash.F4;
using Nrst.VirtualBench.Chips.Flash.F7;
using Nrst.VirtualBench.Chips.Flash.Fpec;
using Nrst.VirtualBench.Chips.Flash.G0;
using Nrst.VirtualBench.Chips.Flash.G4;
using Nrst.VirtualBench.Chips.Flash.H5;
using Nrst.VirtualBench.Chips.Flash.H7;
using Nrst.VirtualBench.Chips.Flash.H7rs;
using Nrst.VirtualBench.Chips.Flash.L4;
using Nrst.VirtualBench.Chips.Flash.Pecr;
using Nrst.VirtualBench.Chips.Flash.TwoWorlds;
using Nrst.VirtualBench.Chips.Flash.U0;
using Nrst.VirtualBench.Chips.Flash.Wb0;
using Nrst.VirtualBench.Chips.Flash.Wb;

namespace Nrst.VirtualBench.Chips.Flash;

/// <summary>The flash controllers this bench can play, by the name the device data gives them.</summary>
internal static class FlashModels
{
    private static readonly Dictionary<string, Func<FlashContext, FlashModel>> Makers = new()
    {
        ["stm32f0"] = context => new F0Flash(context),
        ["stm32f1xl"] = context => new F1XlFlash(context),
        ["stm32f1"] = context => new F1Flash(context),
        ["stm32g4"] = context => new G4Flash(context),
        ["stm32wb"] = context => new WbFlash(context),
        ["stm32wl"] = context => new WbFlash(context),
        ["stm32f4"] = context => new F4Flash(context),
        ["stm32f7"] = context => new F7Flash(context),
        ["stm32l0"] = context => new L0Flash(context),
        ["stm32l1"] = context => new L1Flash(context),
        ["stm32l4"] = context => new L4Flash(context),
        ["stm32g0"] = context => new G0Flash(context),
        ["stm32h5"] = context => new H5Flash(context),
        ["stm32h7"] = context => new H7Flash(context),
        ["stm32h7ab"] = context => new H7Flash(context),
        ["stm32h7rs"] = context => new H7rsFlash(context),
        ["stm32l5"] = context => new TwoWorldsFlash(context),
        ["stm32u0"] = context => new U0Flash(context),
        ["stm32u3"] = context => new TwoWorldsFlash(context),
        ["stm32u5"] = context => new TwoWorldsFlash(context),
        ["stm32wba"] = context => new TwoWorldsFlash(context),
        ["stm32wb0"] = context => new Wb0Flash(context),
    };

    public static IReadOnlyCollection<string> Known => Makers.Keys;

    /// <summary>The model behind this name; null where there is none.</summary>
    public static FlashModel? Make(FlashContext context) =>
        Makers.TryGetValue(context.Device.Flash.Driver, out var make) ? make(context) : null;
}
