using Nrst.VirtualBench.Usb;

namespace Nrst.VirtualBench.Rom;

/// <summary>The DfuSe interface of a bootloader: AN3156, and the state machine of the maker's USB library.</summary>
internal sealed class DfuFunction : UsbFunction
{
    private const byte Vendor = 0x0B, Firmware = 0x0A, Unknown = 0x0E, StalledPacket = 0x0F, Target = 0x01;
    private const byte FunctionalDescriptor = 0x21, GetDescriptor = 6;
    private const int AlternateStringsFrom = 4;

    private readonly RomLoader _loader;
    private readonly DfuDescription _dfu;
    private readonly Action _catchUp;
    private readonly Func<long> _now;
    private readonly int _generation;
    private (int Block, byte[] Data)? _latched;
    private State _state;
    private byte _status;
    private uint _pointer = 0x0800_0000;
    private bool _neverReady;

    /// <param name="catchUp">Lets the chip live up to now.</param>
    public DfuFunction(RomLoader loader, DfuDescription dfu, Action catchUp, Func<long> now)
    {
        (_loader, _dfu, _catchUp, _now, _generation) = (loader, dfu, catchUp, now, loader.Generation);
        var failsAtFirst = dfu.UsbVersion < 0x0200 || loader.Faults.FirstStatusError;
        (_state, _status) = failsAtFirst ? (State.Error, Firmware) : (State.Idle, (byte)0);
        byte[] functional = [9, FunctionalDescriptor, 0x0B, 0xFF, 0, (byte)dfu.TransferSize, (byte)(dfu.TransferSize >> 8), 0x1A, 0x01];
        Interfaces =
        [
            .. dfu.Alternates.Select((name, alternate) => new UsbInterface(0, (0xFE, 0x01, 0x02), NameOf(name, alternate), [])
            {
                Alternate = (byte)alternate,
                ClassDescriptors = alternate == dfu.Alternates.Count - 1 ? functional : [],
            }),
        ];
    }

    private enum Request : byte
    {
        Detach = 0,
        Download = 1,
        Upload = 2,
        GetStatus = 3,
        ClearStatus = 4,
        GetState = 5,
        Abort = 6,
    }

    private enum State : byte
    {
        Idle = 2,
        DownloadSync = 3,
        DownloadBusy = 4,
        DownloadIdle = 5,
        ManifestSync = 6,
        Manifest = 7,
        UploadIdle = 9,
        Error = 10,
    }

    public override IReadOnlyList<UsbInterface> Interfaces { get; }

    /// <summary>Work goes on, or the application is about to start: the chip must live for it.</summary>
    public override bool IsLive => _loader.IsRunning && _loader.IsWorking;

    public override UsbPresence Presence
    {
        get
        {
            _catchUp();
            return !_loader.IsRunning || _loader.Generation != _generation || _now() < _loader.OnTheBus ? UsbPresence.Gone
                : _loader.IsSilent || (_loader.IsWorking && _state == State.DownloadBusy && !Answers) ? UsbPresence.Deaf
                : UsbPresence.Here;
        }
    }

    /// <summary>The loader answers while it works.</summary>
    private bool Answers => _neverReady || _loader.Rom.Has(RomQuirks.StallsWhileBusy);

    public override UsbAnswer? Standard(UsbSetup setup)
    {
        if (setup is { Request: GetDescriptor, ToHost: true } && setup.Value >> 8 == FunctionalDescriptor
            && _loader.Rom.Has(RomQuirks.HangsOnFunctionalDescriptor))
        {
            _loader.IsDead = true;
            return UsbAnswer.Later;
        }

        return null;
    }

    public override void Reset()
    {
        _loader.Selected = RomInterface.Usb;
        _latched = null;
        if (_state != State.Error)
        {
            (_state, _status) = (State.Idle, 0);
        }
    }

    public override UsbAnswer Control(UsbSetup setup, ReadOnlySpan<byte> data) => (setup.RequestType, (Request)setup.Request) switch
    {
        (0x21, Request.Download) => Download(setup.Value, data),
        (0xA1, Request.Upload) => Upload(setup.Value, setup.Length),
        (0xA1, Request.GetStatus) => GetStatus(),
        (0x21, Request.ClearStatus) => ClearStatus(),
        (0xA1, Request.GetState) => UsbAnswer.Of((byte)_state),
        (0x21, Request.Abort) => Abort(),
        _ => Refuse(),
    };

    private UsbAnswer Download(int block, ReadOnlySpan<byte> data)
    {
        if (_state is not (State.Idle or State.DownloadIdle) || data.Length > _dfu.TransferSize)
        {
            return Refuse();
        }

        if (data.Length == 0)
        {
            _state = State.ManifestSync;
            return UsbAnswer.Done;
        }

        _latched = (block, data.ToArray());
        _state = State.DownloadSync;
        return UsbAnswer.Done;
    }

    private UsbAnswer Upload(int block, int length)
    {
        if (_state is not (State.Idle or State.UploadIdle) || block == 1)
        {
            return Refuse();
        }

        if (block == 0)
        {
            _state = State.Idle;
            return UsbAnswer.Of(_loader.Rom.Has(RomQuirks.NoReadUnprotect) ? [0x00, 0x21, 0x41] : [0x00, 0x21, 0x41, 0x92]);
        }

        if (_loader.IsReadProtected)
        {
            return Refuse(Vendor);
        }

        var address = _pointer + ((uint)(block - 2) * (uint)_dfu.TransferSize);
        var room = _loader.Memory.Room(address, Math.Min(length, _dfu.TransferSize));
        _loader.Bus.Now = _now();
        var read = _loader.Memory.At(address) switch
        {
            RomArea.None => null,
            RomArea.Feature => [Feature, 0xFF, 0xFF, 0xFF],
            _ => _loader.Bus.Copy(address, room),
        };
        if (read is null)
        {
            return Refuse(Target);
        }

        _state = State.UploadIdle;
        return UsbAnswer.Of(read);
    }

    private UsbAnswer GetStatus()
    {
        switch (_state)
        {
            case State.DownloadSync:
                return Answer(State.DownloadBusy, Begin(), status: 0);
            case State.DownloadBusy when _neverReady:
                return Answer(State.DownloadBusy, 1000);
            case State.DownloadBusy:
                return UsbAnswer.Stall; // the state stays: the host may ask again
            case State.ManifestSync:
                _state = State.Manifest;
                _loader.Do(Wait(), _now(), Leave);
                return Answer(State.Manifest, 1);
            default:
                return Answer(_state, 0);
        }
    }

    private UsbAnswer Answer(State state, int poll, byte? status = null) => UsbAnswer.Of(status ?? _status, (byte)poll, (byte)(poll >> 8), (byte)(poll >> 16), (byte)state, 0);

    private UsbAnswer ClearStatus()
    {
        if (_state == State.Error)
        {
            (_state, _status) = (State.Idle, 0);
            return UsbAnswer.Done;
        }

        if (_loader.Rom.Has(RomQuirks.StallsClearStatus))
        {
            return UsbAnswer.Stall;
        }

        _neverReady = false;
        (_state, _status) = (State.Error, Unknown);
        return UsbAnswer.Done;
    }

    private UsbAnswer Abort()
    {
        if (_state is State.Error or State.DownloadBusy or State.Manifest)
        {
            return Refuse();
        }

        _latched = null;
        (_state, _status) = (State.Idle, 0);
        return UsbAnswer.Done;
    }

    private UsbAnswer Refuse(byte status = StalledPacket)
    {
        (_state, _status) = (State.Error, status);
        return UsbAnswer.Stall;
    }

    /// <summary>The first GETSTATUS behind a DNLOAD starts what was only latched.</summary>
    /// <returns>The poll time in milliseconds.</returns>
    private int Begin()
    {
        var (block, data) = _latched ?? (0, []);
        _latched = null;
        _state = State.DownloadBusy;
        _status = 0;
        var job = block == 0 ? Command(data) : block == 1 ? DfuJob.Failed(Target) : Write(block, data);
        var status = job.Status != 0 && _loader.Faults.ReportsOk ? (byte)0 : job.Status;
        _loader.Do(job.Status != 0 ? [] : job.Resets ? job.Work.Concat(Wait()) : job.Work, _now(), () =>
        {
            if (_neverReady)
            {
                return;
            }

            (_state, _status) = status == 0 ? (State.DownloadIdle, (byte)0) : (State.Error, status);
            if (job.Resets)
            {
                _loader.Reset(_loader.Bus.Now);
            }
        });
        return job.PollMs;
    }

    private DfuJob Command(byte[] data)
    {
        switch (data)
        {
            case [0x00]:
                return new DfuJob([]);
            case [0x21, _, _, _, _]:
                var pointer = BitConverter.ToUInt32(data, 1);
                if (_loader.Memory.At(pointer) == RomArea.None)
                {
                    return DfuJob.Failed(Target);
                }

                _pointer = pointer;
                return new DfuJob([]);
            case [0x41, _, _, _, _]:
                return Erase(BitConverter.ToUInt32(data, 1));
            case [0x41]:
                return EraseAll();
            case [0x92] when !_loader.Rom.Has(RomQuirks.NoReadUnprotect):
                var lifting = _loader.IsReadProtected ? _loader.Flash?.Protect(false) : [];
                return lifting is null ? DfuJob.Failed(Target) : new DfuJob(lifting) { Resets = true, PollMs = DfuJob.Poll(MassErase) };
            default:
                return DfuJob.Failed(StalledPacket);
        }
    }

    private DfuJob Erase(uint address)
    {
        if (_loader.IsReadProtected)
        {
            return DfuJob.Failed(Vendor);
        }

        if (_loader.Map.At(address) is not { } unit || _loader.Flash is not { } flash)
        {
            _loader.IsDead = _loader.Rom.Has(RomQuirks.DiesBeyondEnd) && address >> 24 == 0x08;
            return DfuJob.Failed(Target);
        }

        _neverReady = unit.Bank == 2 && _loader.Rom.Has(RomQuirks.Bank2NeverReady);
        return new DfuJob(_loader.Faults.EraseDropped ? [] : flash.Erase(unit))
        {
            PollMs = _neverReady ? 1000 : DfuJob.Poll(_loader.Timing.Unit(unit.Range.Length, Bits)),
        };
    }

    private DfuJob EraseAll()
    {
        if (_loader.IsReadProtected)
        {
            return DfuJob.Failed(Vendor);
        }

        if (_loader.Flash is not { } flash)
        {
            return DfuJob.Failed(Target);
        }

        var dropped = _loader.Faults.EraseDropped || _loader.Rom.Has(RomQuirks.MassEraseDoesNothing);
        return new DfuJob(dropped ? [] : flash.EraseBank(0)) { PollMs = _dfu.MassPollMs ?? DfuJob.Poll(MassErase) };
    }

    private DfuJob Write(int block, byte[] data)
    {
        var address = _pointer + ((uint)(block - 2) * (uint)_dfu.TransferSize);
        if (_loader.IsReadProtected)
        {
            return DfuJob.Failed(Vendor);
        }

        if (_loader.Memory.Room(address, data.Length) < data.Length || _loader.Flash is not { } flash)
        {
            return DfuJob.Failed(Target);
        }

        if (_loader.Rom.Has(RomQuirks.CorruptsOddBlocks) && data.Length > 256 && data.Length % 8 != 0)
        {
            data.AsSpan(256).Reverse();
        }

        return _loader.Memory.At(address) switch
        {
            RomArea.Flash => new DfuJob(_loader.Faults.WriteDropped ? [] : flash.Program(address, data)) { PollMs = DfuJob.Poll(ProgramTime(address, data.Length)) },
            RomArea.Ram => new DfuJob(Store(address, data)),
            RomArea.Feature when data is [<= 4, 0xFF, 0xFF, 0xFF] => new DfuJob([]) { PollMs = SetFeature(data[0]) },
            RomArea.Options when flash.ProgramOptions(address, data) is { } work =>
                new DfuJob(work) { Resets = _loader.Rom.Has(RomQuirks.ResetsOnOptions), PollMs = DfuJob.Poll(_loader.Timing.Unit(_loader.Map.Units[0].Range.Length, Bits)) },
            RomArea.Otp or RomArea.Eeprom when flash.ProgramElsewhere(address, data) is { } work =>
                new DfuJob(work) { PollMs = DfuJob.Poll((data.Length + flash.Unit - 1) / flash.Unit * _loader.Timing.ProgramAt(Bits ?? 0)) },
            _ => DfuJob.Failed(Target),
        };
    }

    private IEnumerable<long> Store(uint address, byte[] data)
    {
        for (var i = 0; i < data.Length; i++)
        {
            _loader.Bus.Write(address + (uint)i, data[i], 1);
        }

        yield break;
    }

    private byte Feature { get; set; }

    /// <summary>1.8 V and more, 2.1, 2.4, 2.7, and 2.7 with a programming voltage besides.</summary>
    private int SetFeature(byte range)
    {
        Feature = range;
        _loader.Flash!.Parallelism = range switch { 0 => 8, 1 or 2 => 16, 3 => 32, _ => 64 };
        return 0;
    }

    private int? Bits => _loader.Rom.Has(RomQuirks.DeviceFeature) ? Math.Min(_loader.Flash!.Parallelism, 32) : null;

    private long MassErase => _loader.Rom.Has(RomQuirks.NoMassErase)
        ? _loader.Map.Units.Sum(unit => _loader.Timing.Unit(unit.Range.Length))
        : _loader.Map.Units.GroupBy(unit => unit.Bank).Sum(bank => _loader.Timing.Bank((uint)bank.Sum(unit => unit.Range.Length), Bits));

    private long ProgramTime(uint address, int bytes) => _loader.Flash!.Operations(address, bytes) * _loader.Timing.ProgramAt(Bits ?? 0);

    /// <summary>The answer is on its way first.</summary>
    private IEnumerable<long> Wait()
    {
        yield return _loader.Bus.Now + 1_000_000;
    }

    private void Leave()
    {
        if (_loader.Rom.Has(RomQuirks.KeepsEmpty) && _loader.WasEmpty)
        {
            _loader.Reset(_loader.Bus.Now);
        }
        else
        {
            _loader.Jump(_pointer, _loader.Bus.Now);
        }
    }

    private string NameOf(string name, int alternate) => alternate == 0 && _loader.Faults.StringGarbled ? name[..(name.IndexOf('*', StringComparison.Ordinal) + 2)] : name;
}

/// <summary>What a latched request turns out to be.</summary>
internal sealed record DfuJob(IEnumerable<long> Work)
{
    /// <summary>bStatus; not 0 where it is refused.</summary>
    public byte Status { get; init; }

    public int PollMs { get; init; }

    /// <summary>The chip resets when it is done.</summary>
    public bool Resets { get; init; }

    public static DfuJob Failed(byte status) => new([]) { Status = status };

    /// <summary>Whole milliseconds in which so many nanoseconds are over.</summary>
    public static int Poll(long nanoseconds) => (int)((nanoseconds + 999_999) / 1_000_000) + 1;
}
