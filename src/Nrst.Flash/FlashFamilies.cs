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

    public static IFlashFamily Of(Device device) => s_families.GetValueOrDefault(device.Flash.Driver)
        ?? throw new TargetException("NRST3304", $"The {device.Name} is known, and there is no driver for its flash yet.")
        {
            LikelyCause = $"Its flash controller ({device.Flash.Driver}) is one that this version of nrst describes only.",
            Remedies = [new Remedy("See what the chip says of itself; for flashing, another tool is needed.", "nrst info")],
        };
}
