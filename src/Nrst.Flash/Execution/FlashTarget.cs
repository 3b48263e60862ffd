using Nrst.Arm;
using Nrst.Images;
using Nrst.Targets;

namespace Nrst.Flash;

/// <summary>A chip whose flash can be worked on, whichever way leads to it.</summary>
public abstract record ChipTarget
{
    public required IClock Clock { get; init; }
    public required Device Device { get; init; }
    public required Part Part { get; init; }

    /// <summary>The sector map that holds on this chip; see <see cref="FlashGeometry"/>.</summary>
    public required BankedLayout Layout { get; init; }

    public JobListener? Listener { get; init; }

    /// <summary>A byte that differs may have been changed on its way here, and is read again before it is believed.</summary>
    internal virtual bool ReadsUnchecked => false;

    /// <summary>Whether what lies in the flash is being executed now. Looking stops nothing.</summary>
    internal virtual bool ProgramRuns => false;

    /// <summary>Where the flash of smaller siblings ends, the address behind it: this chip may be one of them, whatever it says.</summary>
    internal IEnumerable<Address> OtherEnds => Device.Parts.Select(part => (uint)part.FlashKiB * 1024).Append(Layout.Range.Length / 2).Distinct()
        .Where(size => size > 0 && size < Layout.Range.Length).Order().Select(size => Layout.Range.Start + size);

    internal abstract void Read(Address from, Span<byte> into);

    internal abstract IFlashRoute OpenRoute();
}

/// <summary>A chip under a debug probe: attached, reset and halted, so that its clocks are as after reset.</summary>
public sealed record FlashTarget : ChipTarget
{
    public required CortexMCore Core { get; init; }
    public required ITargetMemory Memory { get; init; }
    public required IWordBatch Words { get; init; }

    /// <summary>The supply as measured; null where the probe cannot, and then the slowest parallelism is used.</summary>
    public double? Volts { get; init; }

    /// <summary>The core's clock in Hz, where no reset brought it to what <see cref="Device"/> says; null after a reset.</summary>
    public uint? MeasuredHertz { get; init; }

    /// <summary>The core's clock in Hz.</summary>
    public uint CoreHertz => MeasuredHertz ?? Device.ResetHertz;

    /// <summary>Leave target RAM and the loader out of it and drive the flash registers from here: slow, and needs no running core.</summary>
    public bool WithoutLoader { get; init; }

    internal override bool ProgramRuns => Core.ReadState() is CoreState.Running or CoreState.Sleeping;

    internal override void Read(Address from, Span<byte> into) => Memory.Read(from, into);

    internal override IFlashRoute OpenRoute() => new DebugRoute(this);
}

public enum VerifyMode
{
    /// <summary>The chip's CRC unit goes over the flash, and the result is compared.</summary>
    Hash,

    /// <summary>Every byte is read through the probe and compared here.</summary>
    Readback,
}

public sealed record FlashOptions
{
    public bool AlwaysErase { get; init; }
    public bool Keep { get; init; }
    public bool ChipErase { get; init; }
    public VerifyMode Verify { get; init; }

    /// <summary>Volts on VDD, for which the user vouches: who cannot measure them programs as wide as they allow. A measured supply counts for more.</summary>
    public double? Volts { get; init; }
}

/// <summary>An image, where it goes, and how.</summary>
public sealed record FlashJob(ChipTarget Target, FirmwareImage Image, FlashOptions Options);

/// <summary>What was compared with the image, and how.</summary>
public sealed record FlashProof(VerifyMode Mode, long BytesCompared);

/// <summary>Seconds on the probe's clock.</summary>
public sealed record FlashSeconds(double Compare, double Erase, double Program, double Verify)
{
    public double Total => Compare + Erase + Program + Verify;
}

/// <summary>What was done. Exists only for a job whose proof succeeded.</summary>
/// <param name="Parallelism">Bits that are programmed at a time.</param>
public sealed record FlashReport(FlashPlan Plan, FlashProof Proof, FlashSeconds Seconds, int Parallelism, bool UsedLoader)
{
    /// <summary>What the silicon needs at least for what was changed; null where nobody knows its times.</summary>
    public FlashBound? Bound { get; init; }

    /// <summary>What was saved by looking first; null where nothing was.</summary>
    public FlashSaving? Saving { get; init; }

    public long BytesErased => Plan.BytesErased;
    public long BytesSkipped => Plan.BytesSkipped;
    public long BytesProgrammed => Plan.BytesProgrammed;
}
