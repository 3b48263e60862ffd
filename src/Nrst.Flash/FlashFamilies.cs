using Nrst.Flash.Stm32F0;
using Nrst.Flash.Stm32F1;
using Nrst.Flash.Stm32F4;
using Nrst.Flash.Stm32F7;
using Nrst.Flash.Stm32G0;
using Nrst.Flash.Stm32G4;
using Nrst.Flash.Stm32H5;
using Nrst.Flash.Stm32H7;
using Nrst.Flash.Stm32H7Rs;
using Nrst.Flash.Stm32L0;
using Nrst.Flash.Stm32L1;
using Nrst.Flash.Stm32L4;
using Nrst.Flash.Stm32L5;
using Nrst.Flash.Stm32U0;
using Nrst.Flash.Stm32WB;
using Nrst.Flash.Stm32Wb0;
using Nrst.Flash.Stm32Wba;
using Nrst.Targets;

namespace Nrst.Flash;

/// <summary>Every flash controller nrst can drive, by the name the device files give it. The one list of them.</summary>
internal static class FlashFamilies
{
    private static readonly Dictionary<string, IFlashFamily> s_families = new()
    {
        ["stm32f0"] = new Stm32F0Family(),
        ["stm32f1"] = new Stm32F1Family(),
        ["stm32f1xl"] = new Stm32F1Family(),
        ["stm32f4"] = new Stm32F4Family(),
        ["stm32f7"] = new Stm32F7Family(),
        ["stm32g0"] = new Stm32G0Family(),
        ["stm32g4"] = new Stm32G4Family(),
        ["stm32h5"] = new Stm32H5Family(),
        ["stm32h7"] = new Stm32H7Family(ControlShape.H7),
        ["stm32h7ab"] = new Stm32H7Family(ControlShape.H7Ab),
        ["stm32h7rs"] = new Stm32H7RsFamily(),
        ["stm32l0"] = new Stm32L0Family(),
        ["stm32l1"] = new Stm32L1Family(),
        ["stm32l4"] = new Stm32L4Family(),
        ["stm32l5"] = new Stm32L5Family(SecureShape.L5),
        ["stm32u0"] = new Stm32U0Family(),
        ["stm32u3"] = new Stm32L5Family(SecureShape.U3),
        ["stm32u5"] = new Stm32L5Family(SecureShape.U5),
        ["stm32wb"] = new Stm32WBFamily(TwoCpuShape.Wb),
        ["stm32wb0"] = new Stm32Wb0Family(),
        ["stm32wba"] = new Stm32WbaFamily(),
        ["stm32wl"] = new Stm32WBFamily(TwoCpuShape.Wl),
    };

    public static IEnumerable<string> Names => s_families.Keys;

    /// <summary>The one this device's file names. A chip without a driver is refused.</summary>
    public static IFlashFamily Of(Device device) => s_families.GetValueOrDefault(device.Flash.Driver)
        ?? throw new RefusedException("NRST6010", $"This version cannot program an {device.Name}; nothing was changed.")
        {
            LikelyCause = $"The chip is described and recognised, and this version has no driver for its flash controller ({device.Flash.Driver}).",
            Evidence = [$"device id 0x{device.DeviceId:X3}"],
            Remedies = [new Remedy("See which chips can be programmed.", "nrst chips")],
        };
}
