using Nrst.Targets;
using Nrst.VirtualBench;
using Nrst.VirtualBench.Chips;
using Nrst.VirtualBench.Probes;

namespace Nrst.Specs;

/// <summary>What happens to one transfer.</summary>
internal enum CableFault
{
    None,

    /// <summary>The endpoint is halted, and stays so until somebody clears it.</summary>
    Stall,

    /// <summary>A request is not taken, an answer is never sent.</summary>
    Lost,

    /// <summary>An answer ends in the middle.</summary>
    Short,

    /// <summary>An answer comes after the host has stopped waiting, and stays on the endpoint.</summary>
    Late,

    /// <summary>Behind an answer comes a packet that nobody asked for.</summary>
    Extra,

    /// <summary>The cable is pulled, until somebody plugs it in again.</summary>
    Pulled,
}

/// <summary>
/// A virtual board with one bad transfer in its USB. The host can close and open it: what lies on the endpoints stays there, as a
/// real probe does not forget its answers because a program ended.
/// </summary>
internal sealed class UnreliableCable : IBulkPipe, IPipeRecovery
{
    private const int Room = 64 * 1024;
    private static readonly TimeSpan HostPatience = TimeSpan.FromSeconds(5);

    private readonly ProbeModel _model;
    private readonly Queue<byte[]> _onEndpoint = new();
    private StLinkDevice _probe;
    private bool _inHalted;
    private bool _outHalted;
    private bool _happened;

    public UnreliableCable(string part, string kind)
    {
        var (device, row) = DeviceDatabase.FindPart(part)!.Value;
        Chip = new Stm32Chip(device, row, new());
        Chip.PowerOn(0);
        _model = ProbeModel.Find(kind)!;
        _probe = NewProbe();
    }

    public Stm32Chip Chip { get; }
    public VirtualClock Clock { get; } = new();
    public int Transfers { get; private set; }

    /// <summary>Transfers are counted from 0.</summary>
    public (int At, CableFault Kind, byte[] Packet) Fault { get; set; } = (int.MaxValue, CableFault.None, []);

    public bool IsPulled { get; private set; }
    public IPipeRecovery Recovery => this;

    public IDebugProbe Open() =>
        Nrst.Probes.StLink.StLinkProbe.Open(this, Clock, ProbeModel.VendorId, _model.ProductId, "0123456789ABCDEF01234567");

    /// <summary>The probe starts anew; the board has a supply of its own.</summary>
    public void PlugIn()
    {
        _probe = NewProbe();
        Reset();
        IsPulled = false;
    }

    public void Send(ReadOnlySpan<byte> packet)
    {
        var fault = Begin(answer: false);
        if (_outHalted |= fault is CableFault.Stall)
        {
            throw Failed(TransferFailure.Stalled, "it stalled");
        }

        if (fault is CableFault.Lost)
        {
            throw TimedOut();
        }

        _probe.Send(packet);
    }

    public int Receive(Span<byte> into)
    {
        var answer = Answer() ?? throw TimedOut();
        if (answer.Length > into.Length)
        {
            throw Failed(TransferFailure.Overflow, $"it sent {answer.Length} bytes where {into.Length} were asked for");
        }

        answer.CopyTo(into);
        return answer.Length;
    }

    public bool Offer(ReadOnlySpan<byte> packet, TimeSpan limit)
    {
        Send(packet);
        return true;
    }

    public int? Listen(Span<byte> into, TimeSpan limit)
    {
        var answer = Answer();
        answer?.AsSpan(0, Math.Min(answer.Length, into.Length)).CopyTo(into);
        return answer?.Length;
    }

    public void ClearHalts()
    {
        CheckPlugged();
        (_inHalted, _outHalted) = (false, false);
    }

    public void Reset()
    {
        _onEndpoint.Clear();
        _probe.ForgetTransfers();
        (_inHalted, _outHalted) = (false, false);
    }

    /// <summary>The host closes the device. Nothing on it changes.</summary>
    public void Dispose()
    {
    }

    private StLinkDevice NewProbe() =>
        new(_model, ProbeFirmware.TryParse(_model.DefaultFirmware, _model.Hardware)!, Chip, Clock, WireFaults.None);

    /// <summary>Half an answer, a late one and one too many happen to the next answer; the others to any transfer.</summary>
    private CableFault Begin(bool answer)
    {
        var due = Transfers++ >= Fault.At && !_happened && (answer || Fault.Kind is CableFault.Stall or CableFault.Lost or CableFault.Pulled);
        var fault = due ? Fault.Kind : CableFault.None;
        _happened |= due;
        IsPulled |= fault is CableFault.Pulled;
        CheckPlugged();
        return fault;
    }

    private void CheckPlugged()
    {
        if (IsPulled)
        {
            throw new ProbeException("NRST1102", "The probe was unplugged.") { LostSync = true, Failure = TransferFailure.Gone };
        }
    }

    /// <summary>What comes to the host, null where nothing does.</summary>
    private byte[]? Answer()
    {
        var fault = Begin(answer: true);
        if (_inHalted |= fault is CableFault.Stall)
        {
            throw Failed(TransferFailure.Stalled, "it stalled");
        }

        var answer = Next();
        switch (fault)
        {
            case CableFault.Lost:
                return null;
            case CableFault.Late when answer is not null:
                _onEndpoint.Enqueue(answer);
                return null;
            case CableFault.Short:
                return answer?[..(answer.Length / 2)];
            case CableFault.Extra when answer is not null:
                _onEndpoint.Enqueue(Fault.Packet.Length > 0 ? Fault.Packet : answer);
                break;
        }

        return answer;
    }

    private byte[]? Next()
    {
        if (_onEndpoint.TryDequeue(out var waiting))
        {
            return waiting;
        }

        var answer = new byte[Room];
        try
        {
            return answer[.._probe.Receive(answer)];
        }
        catch (ProbeException nothing) when (nothing.TimedOut)
        {
            return null;
        }
    }

    private ProbeException TimedOut()
    {
        Clock.Wait(HostPatience);
        return new ProbeException("NRST1103", "The probe did not answer in time.") { LostSync = true, TimedOut = true };
    }

    private static ProbeException Failed(TransferFailure failure, string how) =>
        new("NRST1104", $"A transfer failed: {how}.") { LostSync = true, Failure = failure };
}
