using Nrst.Flash.Stm32F4;
using Nrst.Flash.Stm32G0;
using Nrst.Targets;

namespace Nrst.Flash;

/// <summary>Every flash controller nrst can drive, by the name the device files give it. The one list of them.</summary>
internal static class FlashFamilies
{
    private static readonly Dictionary<string, IFlashFamily> s_families = new()
    {
        ["stm32f4"] = new Stm32F4Family(),
        ["stm32g0"] = new Stm32G0Family(),
    };

    public static IEnumerable<string> Names => s_families.Keys;

    /// <summary>The one this device's files name. A chip without a driver is refused.</summary>
    public static IFlashFamily Of(Device device)
    {
        FlashExecutor.RequireDriver(device);
        return s_families[device.Flash.Driver];
    }
}
