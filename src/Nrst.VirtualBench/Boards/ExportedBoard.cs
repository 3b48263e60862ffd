namespace Nrst.VirtualBench.Boards;

/// <summary>What a client over TCP is told about a command of its.</summary>
internal enum TransferResult : uint
{
    Ok = 1,
    Timeout = 0x1001,
    BadParameter = 0x1002,
    TransferError = 0x1004,
}

/// <summary>One board while a server lends it to clients.</summary>
internal sealed class ExportedBoard(VirtualBoard board, ExportOptions options, StatisticsFile? statistics)
{
    /// <summary>A board too busy to keep up with the wall clock falls behind rather than keep its client waiting.</summary>
    private static readonly TimeSpan s_longestStep = TimeSpan.FromMilliseconds(20);

    /// <summary>A client that comes back after a long silence does not make the chip live through all of it.</summary>
    private static readonly TimeSpan s_longestCatchUp = TimeSpan.FromSeconds(1);

    /// <summary>The same where nobody asked for real time; long against the pauses between a client's looks at a busy chip.</summary>
    private static readonly TimeSpan s_longestSilence = TimeSpan.FromMilliseconds(100);

    private StatisticsSnapshot _atBegin;
    private long _wallStart;
    private long _lastFollowed;
    private TimeSpan _virtualStart;

    public VirtualBoard Board => board;

    /// <summary>Whoever touches the board while it is lent holds this.</summary>
    public Lock Gate { get; } = new();

    /// <summary>The probe's cable is in.</summary>
    public bool IsPlugged { get; private set; } = true;

    /// <summary>Somebody pulled the cable on purpose: it stays out until <see cref="Plug"/>.</summary>
    public bool IsPutAside { get; private set; }

    public void Unplug() => (IsPlugged, IsPutAside) = (false, true);

    public void Plug()
    {
        if (!IsPlugged)
        {
            (IsPlugged, IsPutAside) = (true, false);
            board.Device.PowerCycle();
        }
    }

    public void Begin()
    {
        Plug();
        BeginToFollow();
        _atBegin = StatisticsSnapshot.Of(board);
        Anchor();
    }

    /// <summary>Somebody uses the chip's own USB connector.</summary>
    public void BeginBesideTheProbe()
    {
        lock (Gate)
        {
            BeginToFollow();
            Anchor();
        }
    }

    public void EndBesideTheProbe()
    {
        lock (Gate)
        {
            board.Save();
        }
    }

    public void End()
    {
        IsPlugged &= !board.Device.IsGone;
        board.Device.ForgetTransfers();
        statistics?.Append(board.Name, _atBegin, StatisticsSnapshot.Of(board));
        board.Save();
    }

    /// <summary>The command and the data behind it.</summary>
    public TransferResult Write(ReadOnlySpan<byte> command, ReadOnlySpan<byte> data)
    {
        CatchUp();
        try
        {
            board.Device.Send(command);
            if (board.Device.ExpectsData)
            {
                board.Device.Send(data);
            }

            return TransferResult.Ok;
        }
        catch (ProbeException)
        {
            return TransferResult.TransferError;
        }
        finally
        {
            // A command that was refused has an answer now, which this client will not fetch.
            board.Device.ForgetTransfers();
        }
    }

    /// <summary>The command, and its answer; what the probe does not fill stays zero.</summary>
    public TransferResult Read(ReadOnlySpan<byte> command, Span<byte> answer)
    {
        CatchUp();
        try
        {
            board.Device.Send(command);
            if (!answer.IsEmpty)
            {
                var packet = board.Device.MaxPacket;
                var room = new byte[(answer.Length + packet - 1) / packet * packet];
                var length = board.Device.Receive(room);
                room.AsSpan(0, Math.Min(length, answer.Length)).CopyTo(answer);
            }

            return TransferResult.Ok;
        }
        catch (ProbeException failed)
        {
            return failed.TimedOut ? TransferResult.Timeout : TransferResult.TransferError;
        }
        finally
        {
            board.Device.ForgetTransfers();
        }
    }

    /// <summary>How long to hold an answer back so that it does not come before its time, give or take a millisecond.</summary>
    public TimeSpan Ahead => options.Realtime ? VirtualElapsed - WallElapsed : TimeSpan.Zero;

    /// <summary>Starts counting for <see cref="Follow"/>.</summary>
    public void BeginToFollow() => _lastFollowed = options.Wall.GetTimestamp();

    /// <summary>The chip lives on for as long as the wall clock did since the last call, as well as the bench can.</summary>
    public void Follow()
    {
        if (options.Realtime)
        {
            CatchUp();
        }
        else
        {
            var step = options.Wall.GetElapsedTime(_lastFollowed);
            board.Clock.Wait(step < s_longestStep ? step : s_longestStep);
        }

        BeginToFollow();
        board.Chip.RunUntil(board.VirtualClock.Nanoseconds);
    }

    /// <summary>
    /// Lets the chip live through the client's silence, in real time or not: a program that finds the chip busy and sleeps before it looks
    /// again is right to expect that the chip got older meanwhile. What the exchanges themselves take comes on top.
    /// </summary>
    public void LiveThroughSilence()
    {
        if (options.Realtime)
        {
            CatchUp();
            return;
        }

        var silence = options.Wall.GetElapsedTime(_lastFollowed);
        board.Clock.Wait(silence < s_longestSilence ? silence : s_longestSilence);
        BeginToFollow();
    }

    /// <summary>In real time, lets the chip live through the client's silence.</summary>
    public void CatchUp()
    {
        if (!options.Realtime)
        {
            return;
        }

        var behind = WallElapsed - VirtualElapsed;
        if (behind > s_longestCatchUp)
        {
            board.Clock.Wait(s_longestCatchUp);
            Anchor();
        }
        else if (behind > TimeSpan.Zero)
        {
            board.Clock.Wait(behind);
        }
    }

    private TimeSpan VirtualElapsed => board.Clock.Now - _virtualStart;

    private TimeSpan WallElapsed => options.Wall.GetElapsedTime(_wallStart);

    private void Anchor() => (_wallStart, _virtualStart) = (options.Wall.GetTimestamp(), board.Clock.Now);
}
