using System.Globalization;
using Nrst.Arm;
using Nrst.Bootloaders;
using Nrst.Bootloaders.Dfu;
using Nrst.Bootloaders.Usart;
using Nrst.Flash;
using Nrst.Images;

namespace Nrst;

/// <summary>The jobs of <see cref="Programmer"/> through the loader in the chip's ROM: the same plan, proof and report.</summary>
/// <remarks>What fails leaves the chip in its loader: half an image does not run.</remarks>
public sealed class RomProgrammer(RomSession session, JobListener? listener = null) : IProgrammer
{
    private const int Piece = 4096; // a progress step, and at most this much after Ctrl-C
    private const ushort AnyId = 0xFFFF;

    private bool _keepsEmpty;

    private IRomLoader Loader => session.Loader;

    public FlashPlan Plan(FirmwareImage image, FlashOptions options, CancellationToken cancel)
    {
        CheckMadeFor(image);
        return FlashExecutor.Plan(new FlashJob(Describe(), image, options), cancel);
    }

    public FlashOutcome Flash(FirmwareImage image, FlashOptions options, ResetAfter after, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(image);
        RequireNoHalt(after is ResetAfter.Halt);
        CheckMadeFor(image);
        listener?.Invoke(new JobEvent.PhaseFinished(Phase.Connect, session.ConnectTime, 0));
        var start = Loader.Clock.Now;
        _keepsEmpty = after is ResetAfter.Run && KeepsEmpty();
        TellSupply(options);
        var report = FlashExecutor.Run(new FlashJob(Describe(), image, options), cancel);
        var observed = after is ResetAfter.Run ? Go() : null;
        var connect = session.ConnectTime.TotalSeconds;
        return new FlashOutcome(report, session.Chip.Geometry, observed, connect, connect + (Loader.Clock.Now - start).TotalSeconds, Loader.Exchanges);
    }

    /// <summary>The chip stays in its loader.</summary>
    public FlashReport Write(Address at, ReadOnlyMemory<byte> data, CancellationToken cancel) => FlashExecutor.Write(Describe(), at, data, cancel);

    /// <summary>The chip stays in its loader.</summary>
    public EraseReport Erase(AddressRange? range, CancellationToken cancel) => FlashExecutor.Erase(Describe(), range, cancel);

    public FlashProof Verify(FirmwareImage image, CancellationToken cancel) => FlashExecutor.Compare(Describe(), image, cancel);

    public byte[] Read(AddressRange range, CancellationToken cancel)
    {
        var data = new byte[range.Length];
        var start = Loader.Clock.Now;
        listener?.Invoke(new JobEvent.PhaseStarted(Phase.Read, data.Length));
        for (var at = 0; at < data.Length; at += Piece)
        {
            cancel.ThrowIfCancellationRequested();
            var length = Math.Min(Piece, data.Length - at);
            Loader.Read(range.Start + (uint)at, data.AsSpan(at, length));
            listener?.Invoke(new JobEvent.Advanced(Phase.Read, at + length, data.Length));
        }

        listener?.Invoke(new JobEvent.PhaseFinished(Phase.Read, Loader.Clock.Now - start, data.Length));
        return data;
    }

    /// <summary>Lets the program go. A loader knows one kind of that.</summary>
    public void Reset(ResetKind kind, bool halt)
    {
        RequireNoHalt(halt || kind is ResetKind.Core);
        if (Go().State is FirmwareState.InLoader)
        {
            throw new TargetException("NRST3502", "The loader was told to start the program, and is still there.")
            {
                LikelyCause = "There is no program in the flash, or BOOT0 is still high and the part looked at it again.",
                Remedies = [new("Set BOOT0 low, and power the board off and on.")],
            };
        }
    }

    private RunObservation Go()
    {
        var start = Loader.Clock.Now;
        bool gone;
        if (session.RealReset is { } reset)
        {
            reset();
            gone = true;
        }
        else
        {
            gone = Loader.Start(session.Chip.Layout.Range.Start);
        }

        listener?.Invoke(new JobEvent.PhaseFinished(Phase.Reset, Loader.Clock.Now - start, 0));
        if (_keepsEmpty)
        {
            listener?.Invoke(new JobEvent.Noticed(
                "Parts of this kind note that their flash is empty when they get their power, and this one was: it goes into its loader at every reset until it is off and on again. Power it anew to see the program run."));
            gone &= Loader is UsartLoader && session.RealReset is null; // Go jumps, and everything else is a reset
        }

        return new RunObservation(gone ? FirmwareState.Started : FirmwareState.InLoader, null, null);
    }

    /// <summary>The part is one that looks at its flash at power-on only, and there was nothing in it.</summary>
    private bool KeepsEmpty()
    {
        if (Loader switch
        {
            DfuLoader usb => !usb.Has(RomQuirk.StaysAfterLeave),
            UsartLoader serial => !serial.Has(RomQuirk.StaysAfterLeave),
            _ => true,
        })
        {
            return false;
        }

        var vectors = new byte[8];
        Loader.Read(session.Chip.Layout.Range.Start, vectors);
        return !vectors.AsSpan().ContainsAnyExcept(session.Chip.Device.Flash.ErasedValue);
    }

    private void TellSupply(FlashOptions options)
    {
        if (options.Volts is not { } volts)
        {
            return;
        }

        if (Loader is DfuLoader { TakesSupply: true } usb)
        {
            usb.TellSupply(volts);
            listener?.Invoke(new JobEvent.Noticed(string.Create(
                CultureInfo.InvariantCulture, $"The loader was told that it has {volts:0.0#} V, as you said; with less the flash is not programmed as it should be, which the proof would find.")));
        }
        else
        {
            listener?.Invoke(new JobEvent.Noticed("This loader cannot be told the supply, and does not ask for it: --supply changes nothing here."));
        }
    }

    private RomTarget Describe()
    {
        foreach (var note in session.Chip.Notes)
        {
            listener?.Invoke(new JobEvent.Noticed(note));
        }

        return new RomTarget
        {
            Loader = Loader,
            Clock = Loader.Clock,
            Device = session.Chip.Device,
            Part = session.Chip.Part,
            Layout = session.Chip.Layout,
            Listener = listener,
        };
    }

    private static void RequireNoHalt(bool halt)
    {
        if (halt)
        {
            throw new UsageException("NRST0501", "A loader in the ROM cannot stop the core.")
            {
                LikelyCause = "Halting, and a reset of the core alone, need a debug probe; through a loader the program can be started or left alone.",
                Remedies = [new("Start the program, or leave the chip in its loader.", "nrst flash FILE --probe dfu --reset none")],
            };
        }
    }

    /// <summary>
    /// A file that names another device was not made for this one. A target of a file goes where its addresses are, whatever number its alternate setting
    /// had on the device that it was made on; where that is none of the flash nothing of the file is written.
    /// </summary>
    private void CheckMadeFor(FirmwareImage image)
    {
        if (Loader is not DfuLoader { Description: var device } || image.Dfu is not { } suffix)
        {
            return;
        }

        if (suffix.Vendor is not AnyId && suffix.Vendor != device.VendorId || suffix.Product is not AnyId && suffix.Product != device.ProductId)
        {
            throw new ImageException("NRST4501", $"{image.File} was made for USB device {suffix.Vendor:x4}:{suffix.Product:x4}, and this is {device.VendorId:x4}:{device.ProductId:x4}.")
            {
                File = image.File,
                LikelyCause = "It is the firmware of another product.",
                Remedies = [new("Take the file of this product, or one in another format, which names no device.")],
            };
        }

        var others = image.Pieces.Select(piece => (Piece: piece, Place: device.Holding(piece.Start)))
            .Where(pair => pair.Place is { Layout.Purpose: not DfuPurpose.Flash } && !session.Chip.Layout.Range.Contains(pair.Piece.Start)).ToList();
        if (others is [var (piece, place), ..])
        {
            throw new ImageException("NRST4502", $"{piece.Origin} of {image.File} is for {place!.Layout.Name}, at {piece.Range}; nothing was changed.")
            {
                File = image.File,
                LikelyCause = "The file was made to set more than the flash. Option bytes can lock a chip for good, and OTP is written once: nrst does not write them by the way.",
                Evidence = [.. others.Select(other => $"{other.Piece.Origin}: {other.Piece.Range}, which the loader has as '{other.Place!.Layout.Text}', alternate setting {other.Place.Number}")],
                Remedies =
                [
                    new("See what is there now.", $"nrst read 0x{piece.Start.Value:X8} {piece.Data.Length} --probe dfu"),
                    new("Flash a file that has the firmware alone, for example the HEX or ELF file it was made from.", "nrst flash app.hex --probe dfu"),
                ],
            };
        }
    }
}
