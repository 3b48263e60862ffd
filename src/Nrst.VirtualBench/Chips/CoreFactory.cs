using Nrst.Targets;
using Nrst.VirtualBench.Chips.Series;
using Nrst.VirtualBench.Cortex;

namespace Nrst.VirtualBench.Chips;

/// <summary>The core that the device data names.</summary>
internal static class CoreFactory
{
    private static readonly Dictionary<string, CoreKind> Kinds = new()
    {
        ["Cortex-M0"] = CoreKind.M0,
        ["Cortex-M0+"] = CoreKind.M0Plus,
        ["Cortex-M3"] = CoreKind.M3,
        ["Cortex-M4"] = CoreKind.M4,
        ["Cortex-M4F"] = CoreKind.M4F,
        ["Cortex-M7"] = CoreKind.M7,
        ["Cortex-M7F"] = CoreKind.M7F,
        ["Cortex-M33"] = CoreKind.M33,
        ["Cortex-M33F"] = CoreKind.M33F,
    };

    public static bool Knows(string core) => Kinds.ContainsKey(core);

    public static CortexCore Make(Device device, SeriesDescription series, IBus bus, ICoreSignals signals, SiliconSpecimen silicon)
    {
        var kind = series.Core ?? Kinds[device.Core];
        return new CortexCore(CoreTraits.Of(kind) with { InterruptLines = series.InterruptLines, RomTableId = silicon.RomTableId }, bus, signals);
    }
}
