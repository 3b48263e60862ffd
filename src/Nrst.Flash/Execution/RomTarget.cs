using Nrst.Targets;

namespace Nrst.Flash;

/// <summary>A chip in the loader of its ROM. Nothing is known of its registers, and nothing written to its RAM.</summary>
public sealed record RomTarget : ChipTarget
{
    public required IRomLoader Loader { get; init; }

    internal override bool ReadsUnchecked => Loader.ReadsUnchecked;

    internal override void Read(Address from, Span<byte> into) => Loader.Read(from, into);

    internal override IFlashRoute OpenRoute() => new RomRoute(this);
}

/// <summary>Through the loader in the ROM: times come from the device data, and the slowest that can hold is allowed for.</summary>
internal sealed class RomRoute(RomTarget target) : IFlashRoute
{
    private FlashTimes Times => target.Device.Flash.Times;

    public FlashGrain Grain => FlashGrain.Of(target.Device.Flash);
    public int Access => target.Device.Flash.WriteUnit;
    public IReadOnlyList<AddressRange> Lanes => [target.Layout.Range];
    public bool CanEraseAll => target.Loader.CanEraseAll;
    public string? Notice => null;
    public bool KnowsTimes => false;

    public IReadOnlyList<string> ShowRegisters() => [];

    public OperationTime TimeOfErase(FlashSector sector) => Slowest(Times.Erase, sector.Range.Length);

    /// <summary>One bank after the other; sector by sector where there is no figure.</summary>
    public OperationTime TimeOfEraseAll() => Times.BankErase.Count > 0
        ? Slowest(Times.BankErase, target.Layout.Banks[0].Layout.Range.Length) * target.Layout.Banks.Count
        : target.Layout.Sectors.Aggregate(default(OperationTime), (sum, sector) => sum + TimeOfErase(sector));

    public OperationTime TimeOfProgram(int accesses) => new OperationTime(Times.ProgramTypical, Times.ProgramMax) * accesses;

    /// <summary>The longest that a block may take: every byte an access of its own, as on a chip whose supply is not known.</summary>
    public TimeSpan BlockLimit => (TimeOfProgram(Math.Max(1, target.Loader.Block / target.Device.Flash.WriteUnits[0])).Max * 2) + TimeSpan.FromSeconds(1);

    /// <summary>A loader shows no protection. What it may not read it refuses by itself; what it may not write it passes over, and the proof says so.</summary>
    public FlashProtection ReadProtection() => new(Nrst.Flash.ReadProtection.Level0, [], []);

    public JobEvent.Repaired? Leftover() => null;

    public void AfterChange()
    {
    }

    public IFlashPath OpenPath(Address? telling) => new RomPath(target, this);

    private static OperationTime Slowest(IReadOnlyList<EraseTime> rows, uint bytes)
    {
        var nearest = rows.Min(row => Math.Abs((long)row.UnitBytes - bytes));
        var row = rows.Where(row => Math.Abs((long)row.UnitBytes - bytes) == nearest).MaxBy(row => row.Max)!;
        var scale = bytes / (double)row.UnitBytes;
        return new OperationTime(row.Typical * scale, row.Max * Math.Max(scale, 1));
    }
}
