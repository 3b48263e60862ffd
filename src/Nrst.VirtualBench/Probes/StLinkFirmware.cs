using System.Buffers.Binary;

namespace Nrst.VirtualBench.Probes;

/// <summary>What a command leads to: an answer for the IN endpoint, or data expected on the OUT endpoint, or neither.</summary>
/// <param name="DataNs">What the command together with its data costs on USB.</param>
internal readonly record struct Outcome(
    byte[]? Reply, int DataLength = 0, Action<byte[]>? WithData = null, long DataNs = ProbeModel.CommandAndDataNs)
{
    public static Outcome Nothing => new(null);

    /// <summary>What the firmware answers to anything it does not know.</summary>
    public static Outcome Unknown => Status(StLinkStatus.UnknownCommand);

    /// <summary>Two bytes: the status, and a zero that one client checks.</summary>
    public static Outcome Status(StLinkStatus status) => new([(byte)status, 0]);

    /// <summary>Status, two bytes of padding, a word.</summary>
    public static Outcome StatusAndWord(StLinkStatus status, uint word)
    {
        var reply = new byte[8];
        reply[0] = (byte)status;
        BinaryPrimitives.WriteUInt32LittleEndian(reply.AsSpan(4), word);
        return new Outcome(reply);
    }

    public static Outcome Data(int length, Action<byte[]> then) => new(null, length, then);
}

/// <summary>The commands of an ST-LINK by their first byte; everything under F2 goes on to <see cref="DebugGroup"/>.</summary>
internal sealed class StLinkFirmware(ProbeModel model, ProbeFirmware version, SwdWire wire, VirtualClock clock)
{
    private const byte GetVersion = 0xF1;
    private const byte DebugCommands = 0xF2;
    private const byte DfuCommands = 0xF3;
    private const byte SwimCommands = 0xF4;
    private const byte GetCurrentMode = 0xF5;
    private const byte GetTargetVoltage = 0xF7;
    private const byte GetVersionExtended = 0xFB;
    private const byte ExitDfu = 0x07;
    private const byte ExitSwim = 0x01;

    // The probe's ADC reading of its 1.2 V reference.
    private const uint ReferenceReading = 1489;

    public DebugGroup Debug { get; } = new(model, version, wire, clock);

    public byte Mode
    {
        get => Debug.Mode;
        set => Debug.Mode = value;
    }

    /// <summary>Entering a debug session, or measuring the target's voltage.</summary>
    public static bool LooksForTarget(ReadOnlySpan<byte> command) =>
        command[0] == GetTargetVoltage || (command[0] == DebugCommands && command[1] == DebugGroup.Enter);

    /// <param name="command">16 bytes.</param>
    public Outcome Handle(ReadOnlySpan<byte> command) => command[0] switch
    {
        GetVersion => Version(),
        GetVersionExtended when model.Hardware >= 3 => VersionExtended(),
        GetCurrentMode => new Outcome([Mode, 0]),
        GetTargetVoltage when version.Has(Feature.TargetVoltage) && Mode != StLinkMode.Dfu => TargetVoltage(),
        DfuCommands when command[1] == ExitDfu => LeaveDfu(),
        SwimCommands when command[1] == ExitSwim => Outcome.Nothing,
        DebugCommands when Mode != StLinkMode.Dfu || command[1] == DebugGroup.DriveNrst => Debug.Handle(command),
        _ => Outcome.Unknown,
    };

    private Outcome Version()
    {
        var reply = new byte[6];
        BinaryPrimitives.WriteUInt16BigEndian(reply, version.Word);
        WriteIds(reply.AsSpan(2));
        return new Outcome(reply);
    }

    private Outcome VersionExtended()
    {
        var reply = new byte[12];
        reply[0] = (byte)version.Hardware;
        reply[1] = (byte)version.Swim;
        reply[2] = (byte)version.Jtag;
        reply[3] = (byte)version.MassStorage;
        reply[4] = (byte)version.Bridge;
        reply[5] = (byte)version.Power;
        WriteIds(reply.AsSpan(8));
        return new Outcome(reply);
    }

    private void WriteIds(Span<byte> into)
    {
        BinaryPrimitives.WriteUInt16LittleEndian(into, ProbeModel.VendorId);
        BinaryPrimitives.WriteUInt16LittleEndian(into[2..], model.ProductId);
    }

    /// <summary>The reference, and half the target's voltage, as the ADC reads them.</summary>
    private Outcome TargetVoltage()
    {
        var reply = new byte[8];
        BinaryPrimitives.WriteUInt32LittleEndian(reply, ReferenceReading);
        var half = (uint)Math.Round(wire.TargetVolts / 2 / 1.2 * ReferenceReading);
        BinaryPrimitives.WriteUInt32LittleEndian(reply.AsSpan(4), half);
        return new Outcome(reply);
    }

    private Outcome LeaveDfu()
    {
        if (Mode == StLinkMode.Dfu)
        {
            Mode = StLinkMode.MassStorage;
        }

        return Outcome.Nothing;
    }
}
