using System.Buffers.Binary;
using System.Globalization;

namespace Nrst.Flash.Loaders;

/// <summary>What its errors mean.</summary>
internal sealed partial class ResidentLoader
{
    private FlashException Failure(LoaderError error, LoaderCommand command, uint status)
    {
        Span<byte> details = stackalloc byte[12];
        _target.Memory.Read(Mailbox(LoaderBlob.Details), details);
        var flags = BinaryPrimitives.ReadUInt32LittleEndian(details);
        var where = BinaryPrimitives.ReadUInt32LittleEndian(details[4..]);
        var ticks = BinaryPrimitives.ReadUInt32LittleEndian(details[8..]); // or BFAR, after a fault
        if (error == LoaderError.Fault && FlashErrors.Unreadable(_target, cfsr: flags, bfar: ticks) is { } unreadable)
        {
            return unreadable;
        }

        var concerned = command.Also is { } also && _flash.Concerns(flags, also) ? also : command.Where;
        var took = TimeSpan.FromSeconds(ticks / (double)_target.CoreHertz);
        var (place, least) = command.Erases.Where(one => one.Word == where).Select(one => (one.Where, one.Time.Least))
            .FirstOrDefault((concerned, command.Time.Least - command.Erases.Aggregate(TimeSpan.Zero, (sum, one) => sum + one.Time.Least)));
        return error switch
        {
            LoaderError.Flags when (command.Flags & LoaderCommand.ByRows) != 0 && command.Erases.All(one => one.Word != where) => FlashErrors.RowFailure(place, _flash.Decode(flags)),
            LoaderError.Flags => FlashErrors.Failure(place, _flash.Decode(flags)),
            LoaderError.TooFast => FlashErrors.TooFast(place, _flash.Decode(flags), took, least),
            _ => new FlashException("NRST2009", command.Where, "The loader in target RAM stopped.")
            {
                LikelyCause = error == LoaderError.Fault
                    ? "The core took a fault while it ran the loader: a bus error, or RAM that does not keep what is written."
                    : "Something else on the chip wrote over it, or reset the core: a watchdog, a second debugger, the supply.",
                Evidence =
                [
                    $"status 0x{status:X8} ({error})",
                    $"flags 0x{flags:X8}, at 0x{where:X8}",
                    $"core {_target.Core.ReadState()}",
                ],
                Remedies = [new Remedy("Connect under reset, with a lower SWD clock.", "nrst flash FILE --connect under-reset --speed 950")],
            },
        };
    }

    private FlashException TooSlow(LoaderCommand command, uint status) => FlashErrors.TooSlow(
        command.Where,
        command.Time.Limit,
        string.Create(CultureInfo.InvariantCulture, $"loader status 0x{status:X8}, core {_target.Core.ReadState()}"));
}
