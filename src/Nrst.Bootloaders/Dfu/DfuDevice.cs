using System.Buffers.Binary;

namespace Nrst.Bootloaders.Dfu;

/// <summary>The requests of the DFU class and ST's commands, each seen through to its end.</summary>
/// <remarks>
/// A download is only put down; the first DFU_GETSTATUS starts it and says how long to wait, the next says how it ended. Whoever does not ask has
/// written nothing.
/// </remarks>
internal sealed class DfuDevice(IControlPipe pipe, IClock clock, byte @interface)
{
    private const byte Out = 0x21, In = 0xA1;
    private const byte Download = 1, Upload = 2, GetStatus = 3, ClearStatus = 4, GetState = 5, Abort = 6;
    private const byte SetAddress = 0x21, EraseCommand = 0x41;
    private const ushort CommandBlock = 0, FirstBlock = 2;
    private const int MostStalls = 8; // GETSTATUS of an STM32L43x while its flash is busy

    /// <summary>An STM32F745 answers DFU_GETSTATUS only after 1.5 s at times.</summary>
    private static readonly TimeSpan TransferLimit = TimeSpan.FromSeconds(5);

    /// <summary>Nothing but an erase or a program takes longer.</summary>
    private static readonly TimeSpan CommandLimit = TimeSpan.FromSeconds(2);

    private const int SlowAnswers = 4;

    private static readonly TimeSpan StallPause = TimeSpan.FromMilliseconds(25);

    /// <summary>Where the block after the last one would begin, and its number; null where the next block has to be pointed to.</summary>
    private (Address At, int Number)? _written, _read;
    private Address? _origin; // the pointer, as long as only blocks were read from there
    private bool _uploads; // and takes no download before it was told that this is over

    public long Exchanges { get; private set; }

    public byte Alternate { get; private set; } = byte.MaxValue;

    public void Choose(byte alternate)
    {
        if (Alternate != alternate)
        {
            Rest();
            _origin = null;
            pipe.Claim(@interface, alternate);
            Alternate = alternate;
        }
    }

    /// <summary>Brings the device to dfuIDLE, whatever it was left in.</summary>
    public void BecomeIdle()
    {
        (_written, _read, _origin, _uploads) = (null, null, null, false);
        var seen = new List<string>();
        var deadline = clock.Now + CommandLimit;
        for (var step = 0; step < 16 && clock.Now < deadline; step++)
        {
            var status = Status();
            seen.Add(status.ToString());
            switch (status.State)
            {
                case DfuState.Idle:
                    return;
                case DfuState.Error:
                    Send(ClearStatus, 0, []);
                    break;
                case DfuState.UploadIdle or DfuState.DownloadIdle:
                    Send(Abort, 0, []);
                    break;
                case DfuState.AppIdle or DfuState.AppDetach:
                    throw DfuErrors.NotInItsLoader(status);
                default:
                    Pause(status.Poll, deadline);
                    break;
            }
        }

        throw DfuErrors.NeverIdle(seen);
    }

    public void PointTo(Address address) => Run(Command(SetAddress, address), CommandBlock, new AddressRange(address, 1), CommandLimit);

    /// <summary>Erases the sector that holds an address.</summary>
    public void Erase(AddressRange sector, TimeSpan limit) => Run(Command(EraseCommand, sector.Start), CommandBlock, sector, limit);

    public void EraseAll(AddressRange flash, TimeSpan limit) => Run([EraseCommand], CommandBlock, flash, limit);

    /// <summary>Ends a row of reads, of which the device only knows that another may follow.</summary>
    public void Rest()
    {
        _read = null;
        if (_uploads)
        {
            _uploads = false;
            Send(Abort, 0, []);
        }
    }

    /// <summary>Programs one block. One that follows a full one needs no address of its own.</summary>
    /// <param name="block">The length of a full one.</param>
    public void Write(AddressRange where, ReadOnlySpan<byte> data, int block, TimeSpan limit)
    {
        var number = Follows(_written, where.Start) && data.Length == block ? _written!.Value.Number : FirstBlock;
        if (number == FirstBlock)
        {
            PointTo(where.Start);
        }

        Run(data, (ushort)number, where, limit);
        _written = data.Length == block ? (where.Start + (uint)block, number + 1) : null;
    }

    /// <summary>Reads blocks, all of the same full size or a single one. A row of full ones goes on where the last read ended.</summary>
    public void Read(AddressRange where, Span<byte> into, int block)
    {
        var number = Follows(_read, where.Start) && into.Length >= block ? _read!.Value.Number : FirstBlock;
        if (number == FirstBlock)
        {
            PointTo(where.Start);
            LeaveDownload();
        }

        (_read, _uploads) = (null, true);
        for (var at = 0; at < into.Length; at += block, number++)
        {
            var piece = into.Slice(at, Math.Min(block, into.Length - at));
            int received;
            try
            {
                received = Ask(Upload, (ushort)number, piece);
            }
            catch (ProbeException refused) when (refused.Failure is TransferFailure.Stalled)
            {
                _uploads = false;
                throw Refused(Status(), new AddressRange(where.Start + (uint)at, (uint)piece.Length), "read", refused);
            }

            if (received != piece.Length)
            {
                throw DfuErrors.ShortRead(new AddressRange(where.Start + (uint)at, (uint)piece.Length), received);
            }
        }

        _read = (where.Start + (uint)into.Length, number);
        if (into.Length % block != 0)
        {
            Rest();
        }
    }

    /// <summary>
    /// Reads the beginning of a block by its number, as it lies behind the origin: one transfer, once the device was pointed to the origin. Where in the memory
    /// that is depends on how the device counts: in full blocks, or in what is asked for.
    /// </summary>
    public void ReadByNumber(Address origin, int number, Span<byte> into)
    {
        if (_origin != origin)
        {
            PointTo(origin);
            LeaveDownload();
            _origin = origin;
        }

        (_read, _uploads) = (null, true);
        try
        {
            if (Ask(Upload, (ushort)(FirstBlock + number), into) is var received && received != into.Length)
            {
                throw DfuErrors.ShortRead(new AddressRange(origin, (uint)into.Length), received);
            }
        }
        catch (ProbeException refused) when (refused.Failure is TransferFailure.Stalled)
        {
            (_uploads, _origin) = (false, null);
            throw Refused(Status(), new AddressRange(origin, (uint)into.Length), "read", refused);
        }
    }

    /// <summary>Block numbers have 16 bits.</summary>
    private static bool Follows((Address At, int Number)? last, Address at) => last is { } row && row.At == at && row.Number < ushort.MaxValue - 256;

    /// <summary>The codes of the commands it knows; empty where it does not say.</summary>
    public byte[] Commands()
    {
        BecomeIdle();
        Span<byte> codes = stackalloc byte[16];
        try
        {
            return codes[..Ask(Upload, CommandBlock, codes)].ToArray();
        }
        catch (ProbeException refused) when (refused.Failure is TransferFailure.Stalled)
        {
            return [];
        }
        finally
        {
            BecomeIdle();
        }
    }

    /// <summary>Tells it to start the program at the address that was pointed to. It drops off the bus then.</summary>
    /// <returns>False where it is still there afterwards.</returns>
    public bool Leave(TimeSpan limit)
    {
        Send(Download, FirstBlock, []);
        try
        {
            var deadline = clock.Now + limit;
            var status = Status();
            if (status.State is DfuState.Error)
            {
                return false;
            }

            // Each look is a transfer: one that fails otherwise than by a stall finds nobody there.
            Span<byte> state = stackalloc byte[1];
            for (Pause(status.Poll, deadline); clock.Now < deadline; clock.Wait(TimeSpan.FromMilliseconds(20)))
            {
                Ask(GetState, 0, state);
            }

            return false;
        }
        catch (ProbeException gone) when (gone.Failure is not TransferFailure.Stalled)
        {
            return true;
        }
    }

    /// <summary>One download, from putting it down to the device's last word on it.</summary>
    private void Run(ReadOnlySpan<byte> data, ushort block, AddressRange where, TimeSpan limit)
    {
        Rest();
        (_written, _origin) = (null, null);
        var kind = block == CommandBlock ? data[0] switch { SetAddress => "address", _ => "erase" } : "write";
        Span<byte> copy = stackalloc byte[data.Length];
        data.CopyTo(copy);
        try
        {
            Transfer(Out, Download, block, copy);
        }
        catch (ProbeException refused) when (refused.Failure is TransferFailure.Stalled)
        {
            throw Refused(Status(), where, kind, refused);
        }

        var start = clock.Now;
        var deadline = start + limit;
        var status = StatusOf(where, kind, start, deadline);
        deadline = clock.Now + limit;
        var looks = 0;
        while (status.State is DfuState.Busy or DfuState.DownloadSync)
        {
            if (clock.Now >= deadline)
            {
                ForceIdle();
                throw DfuErrors.StaysBusy(where, kind, clock.Now - start);
            }

            // A poll time of nothing is taken at its word for a while, and then for a device that does not know.
            Pause(looks++ > 20 && status.Poll == TimeSpan.Zero ? TimeSpan.FromMilliseconds(5) : status.Poll, deadline);
            var asked = clock.Now;
            status = StatusOf(where, kind, start, deadline);

            // What the answer took is not the flash's time, as long as that does not become a habit.
            deadline += looks < SlowAnswers ? clock.Now - asked : TimeSpan.Zero;
        }

        if (status.State is not DfuState.DownloadIdle)
        {
            throw Refused(status, where, kind, null);
        }
    }

    /// <summary>A device whose erase never ends answers to nothing but two of these (STM32H743, V9.1).</summary>
    private void ForceIdle()
    {
        for (var i = 0; i < 2; i++)
        {
            try
            {
                Send(ClearStatus, 0, []);
                _ = Status();
            }
            catch (ProbeException refused) when (refused.Failure is TransferFailure.Stalled)
            {
                // The first one is an error by itself; that is what it is for.
            }
        }
    }

    private Exception Refused(DfuStatus status, AddressRange where, string doing, ProbeException? inner)
    {
        if (status.State is DfuState.Error)
        {
            Send(ClearStatus, 0, []);
        }

        return status.Status switch
        {
            DfuStatus.ErrVendor => DfuErrors.ReadProtected(status, doing),
            _ => DfuErrors.Failed(status, where, doing, inner),
        };
    }

    private void LeaveDownload()
    {
        Send(Abort, 0, []);
        if (Status() is { State: not DfuState.Idle })
        {
            BecomeIdle();
        }
    }

    /// <summary>The state during an operation: some loaders answer only when it is over.</summary>
    private DfuStatus StatusOf(AddressRange where, string doing, TimeSpan start, TimeSpan deadline)
    {
        try
        {
            var left = deadline - clock.Now;
            return Status(left > TransferLimit ? left : TransferLimit);
        }
        catch (ProbeException silent) when (silent.TimedOut)
        {
            throw DfuErrors.StaysBusy(where, doing, clock.Now - start);
        }
    }

    private DfuStatus Status() => Status(TransferLimit);

    private DfuStatus Status(TimeSpan limit)
    {
        Span<byte> answer = stackalloc byte[DfuStatus.Length];
        for (var stalls = 0; ; stalls++)
        {
            try
            {
                var received = Transfer(In, GetStatus, 0, answer, limit);
                return received == DfuStatus.Length ? DfuStatus.Of(answer) : throw DfuErrors.NoStatus(received);
            }
            catch (ProbeException busy) when (busy.Failure is TransferFailure.Stalled && stalls < MostStalls)
            {
                clock.Wait(StallPause);
            }
        }
    }

    private void Pause(TimeSpan poll, TimeSpan deadline)
    {
        var left = deadline - clock.Now;
        var wait = poll < left ? poll : left;
        if (wait > TimeSpan.Zero)
        {
            clock.Wait(wait);
        }
    }

    private static byte[] Command(byte code, Address address)
    {
        var command = new byte[5];
        command[0] = code;
        BinaryPrimitives.WriteUInt32LittleEndian(command.AsSpan(1), address.Value);
        return command;
    }

    private void Send(byte request, ushort value, Span<byte> data) => Transfer(Out, request, value, data);

    private int Ask(byte request, ushort value, Span<byte> into) => Transfer(In, request, value, into);

    private int Transfer(byte type, byte request, ushort value, Span<byte> data) => Transfer(type, request, value, data, TransferLimit);

    private int Transfer(byte type, byte request, ushort value, Span<byte> data, TimeSpan limit)
    {
        Exchanges++;
        return pipe.Control(type, request, value, @interface, data, limit);
    }
}
