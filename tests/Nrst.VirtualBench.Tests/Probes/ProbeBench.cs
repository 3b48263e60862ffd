using System.Buffers.Binary;
using Nrst.VirtualBench.Probes;

namespace Nrst.VirtualBench.Tests.Probes;

/// <summary>A probe on a small chip, and the bytes of the ST-LINK protocol typed out by hand.</summary>
internal sealed class ProbeBench
{
    public ProbeBench(string kind = "v2-1", string? firmware = null, WireFaults? faults = null)
    {
        var model = ProbeModel.Find(kind)!;
        Chip = new FakeChip { Powered = true };
        Probe = new StLinkDevice(
            model, ProbeFirmware.TryParse(firmware ?? model.DefaultFirmware, model.Hardware)!, Chip, Clock, faults ?? WireFaults.None);
    }

    public FakeChip Chip { get; }

    public VirtualClock Clock { get; } = new();

    public StLinkDevice Probe { get; }

    public byte[] Ask(int answer, params byte[] command)
    {
        Tell(command);
        var into = new byte[answer];
        var length = Probe.Receive(into);
        return into[..length];
    }

    public void Tell(params byte[] command)
    {
        var packet = new byte[16];
        command.CopyTo(packet, 0);
        Probe.Send(packet);
    }

    public byte[] Enter() => Ask(2, 0xF2, 0x30, 0xA3);

    /// <summary>F2, the command, address, length, AP 0, no CSW.</summary>
    public static byte[] Block(byte command, uint address, int length)
    {
        var packet = new byte[16];
        (packet[0], packet[1]) = (0xF2, command);
        BinaryPrimitives.WriteUInt32LittleEndian(packet.AsSpan(2), address);
        BinaryPrimitives.WriteUInt16LittleEndian(packet.AsSpan(6), (ushort)length);
        return packet;
    }

    public byte[] Read(byte command, uint address, int length) => Ask(Math.Max(2, length), Block(command, address, length));

    public void Write(byte command, uint address, byte[] data)
    {
        Probe.Send(Block(command, address, data.Length));
        Probe.Send(data);
    }

    /// <summary>GETLASTRWSTATUS2.</summary>
    public (byte Status, uint Address) LastStatus()
    {
        var answer = Ask(12, 0xF2, 0x3E);
        return (answer[0], BinaryPrimitives.ReadUInt32LittleEndian(answer.AsSpan(4)));
    }

    public (byte Status, uint Value) ReadDap(ushort port, ushort address)
    {
        var answer = Ask(8, 0xF2, 0x45, (byte)port, (byte)(port >> 8), (byte)address, (byte)(address >> 8));
        return (answer[0], BinaryPrimitives.ReadUInt32LittleEndian(answer.AsSpan(4)));
    }

    public byte WriteDap(ushort port, ushort address, uint value)
    {
        var packet = new byte[16];
        (packet[0], packet[1]) = (0xF2, 0x46);
        BinaryPrimitives.WriteUInt16LittleEndian(packet.AsSpan(2), port);
        BinaryPrimitives.WriteUInt16LittleEndian(packet.AsSpan(4), address);
        BinaryPrimitives.WriteUInt32LittleEndian(packet.AsSpan(6), value);
        return Ask(2, packet)[0];
    }
}
