using System.Buffers.Binary;

namespace Nrst.VirtualBench.Probes;

/// <summary>The memory commands under F2, and the status that is asked for after them.</summary>
internal sealed class MemoryGroup(ProbeModel model, ProbeFirmware version, SwdWire wire)
{
    private const byte Read32 = 0x07;
    private const byte Write32 = 0x08;
    private const byte Read8 = 0x0C;
    private const byte Write8 = 0x0D;
    private const byte WriteDebugRegister = 0x35;
    private const byte ReadDebugRegister = 0x36;
    private const byte Read16 = 0x47;
    private const byte Write16 = 0x48;
    private const byte Write32SameAddress = 0x50;
    private const byte BatchOut = 0x51;
    private const byte BatchIn = 0x52;
    private const byte Read32SameAddress = 0x54;

    /// <summary>The probe's buffer. Writes may be longer: they are passed on while they arrive.</summary>
    private const int MaxRead = 6144;

    private const uint DefaultCsw = 0x2300_0000;
    private const uint SingleIncrement = 1u << 4;

    // TAR counts on in its low ten bits only.
    private const uint TarReach = 1024;

    private readonly BatchRunner _batch = new();

    public StLinkStatus LastStatus { get; private set; } = StLinkStatus.Ok;

    public uint FaultAddress { get; private set; }

    /// <returns>Null where the command is none of these, or newer than the firmware.</returns>
    public Outcome? Handle(ReadOnlySpan<byte> command, byte mode)
    {
        var opcode = command[1];
        if (opcode is WriteDebugRegister or ReadDebugRegister)
        {
            return DebugRegister(command, mode);
        }

        if (opcode is BatchOut or BatchIn)
        {
            return version.Has(Feature.Batches) ? Batch(command, mode) : null;
        }

        return Block.Decode(command, version) is { } block ? Run(block, mode) : null;
    }

    /// <summary>One aligned 32-bit access through an AHB-AP. The caller spends the time on the wire.</summary>
    public StLinkStatus Word(uint address, bool read, ref uint value, byte ap = 0)
    {
        wire.ForgetErrors();
        var ack = wire.PrepareAccess(ap, DefaultCsw | SingleIncrement | 2, address);
        return DebugGroup.ApStatus(ack == SwdAck.Ok ? wire.Access(read, ref value) : ack);
    }

    /// <summary>The same with its address and its data on the wire.</summary>
    public StLinkStatus LoneWord(uint address, bool read, ref uint value)
    {
        wire.SpendTransfers(2);
        return Word(address, read, ref value);
    }

    private Outcome Run(Block block, byte mode)
    {
        if (Refuse(block, mode) is { } refusal)
        {
            SetStatus(refusal, block.Address);
            return block.Write
                ? Outcome.Data(block.Length, _ => SetStatus(refusal, block.Address))
                : new Outcome(new byte[block.ReplyLength]);
        }

        if (block.Write)
        {
            return block.Length == 0 ? Outcome.Nothing : Outcome.Data(block.Length, data => Transfer(block, data));
        }

        var reply = new byte[block.ReplyLength];
        Transfer(block, reply.AsSpan(0, block.Length));
        return new Outcome(reply);
    }

    private StLinkStatus? Refuse(Block block, byte mode) =>
        mode != StLinkMode.Debug ? StLinkStatus.CommandError
        : block.Address % block.Size != 0 || block.Length % block.Size != 0 ? StLinkStatus.AlignmentError
        : block.Length > Limit(block) ? StLinkStatus.CommandError
        : !wire.HasPort(block.Ap) ? StLinkStatus.BadAp
        : null;

    private int Limit(Block block) => block switch
    {
        { Size: 1 } => version.Has(Feature.LongByteTransfers) ? 512 : 64,
        { Write: false } => MaxRead,
        _ => ushort.MaxValue,
    };

    private void Transfer(Block block, Span<byte> data)
    {
        wire.ForgetErrors();
        var csw = (block.Csw == 0 ? DefaultCsw : block.Csw)
            | (block.SameAddress ? 0 : SingleIncrement)
            | (block.Size switch { 1 => 0u, 2 => 1u, _ => 2u });
        for (var done = 0; done < data.Length; done += block.Size)
        {
            var address = block.SameAddress ? block.Address : block.Address + (uint)done;
            var ack = done == 0 || (!block.SameAddress && address % TarReach == 0)
                ? wire.PrepareAccess(block.Ap, csw, address)
                : SwdAck.Ok;
            if (ack == SwdAck.Ok)
            {
                ack = Item(block, address, data.Slice(done, block.Size));
            }

            if (ack != SwdAck.Ok)
            {
                SetStatus(DebugGroup.ApStatus(ack), address);
                return;
            }
        }

        SetStatus(StLinkStatus.Ok, 0);
    }

    /// <summary>Items narrower than a word sit on the lanes that their address says.</summary>
    private SwdAck Item(Block block, uint address, Span<byte> bytes)
    {
        Span<byte> lanes = stackalloc byte[4];
        lanes.Clear();
        var item = lanes.Slice((int)(address & 3), bytes.Length);
        if (block.Write)
        {
            bytes.CopyTo(item);
            var value = BinaryPrimitives.ReadUInt32LittleEndian(lanes);
            wire.SpendItem(model.WriteWordNs);
            return wire.Access(read: false, ref value);
        }

        var read = 0u;
        wire.SpendItem(model.ReadWordNs);
        var ack = wire.Access(read: true, ref read);
        if (ack == SwdAck.Ok)
        {
            BinaryPrimitives.WriteUInt32LittleEndian(lanes, read);
            item.CopyTo(bytes);
        }

        return ack;
    }

    private Outcome DebugRegister(ReadOnlySpan<byte> command, byte mode)
    {
        var address = BinaryPrimitives.ReadUInt32LittleEndian(command[2..]);
        var value = BinaryPrimitives.ReadUInt32LittleEndian(command[6..]);
        var read = command[1] == ReadDebugRegister;
        var status = mode != StLinkMode.Debug ? StLinkStatus.CommandError
            : address % 4 != 0 ? StLinkStatus.AlignmentError
            : LoneWord(address, read, ref value);
        SetStatus(status, address);
        return read ? Outcome.StatusAndWord(status, status == StLinkStatus.Ok ? value : 0) : Outcome.Status(status);
    }

    private Outcome Batch(ReadOnlySpan<byte> command, byte mode)
    {
        if (command[1] == BatchIn)
        {
            return new Outcome(_batch.TakeResults());
        }

        var items = BinaryPrimitives.ReadUInt32LittleEndian(command[2..]);
        if (items == 0 || items > BatchRunner.Limit(model))
        {
            return Outcome.Status(StLinkStatus.CommandError);
        }

        var count = (int)items;
        var outcome = Outcome.Data(BatchRunner.DataLength(count), data =>
        {
            wire.SpendTransfers(count);
            _batch.Run(data, count, ap => ap <= byte.MaxValue && wire.HasPort((byte)ap), (uint ap, uint address, bool read, ref uint value) =>
                mode == StLinkMode.Debug ? Word(address, read, ref value, (byte)ap) : StLinkStatus.CommandError);
        });
        return outcome with { DataNs = model.ExchangeNs };
    }

    private void SetStatus(StLinkStatus status, uint address) =>
        (LastStatus, FaultAddress) = (status, status == StLinkStatus.Ok ? 0 : address);

    /// <summary>One block command, taken apart.</summary>
    /// <remarks><code>F2 | command | address32 | length16 | AP | CSW[31:8]</code></remarks>
    private sealed record Block(int Size, bool Write, bool SameAddress, uint Address, int Length, byte Ap, uint Csw)
    {
        /// <summary>A single byte comes back as two.</summary>
        public int ReplyLength => Size == 1 ? Math.Max(Length, 2) : Length;

        public static Block? Decode(ReadOnlySpan<byte> command, ProbeFirmware version)
        {
            var opcode = command[1];
            var known = opcode switch
            {
                Read32 or Write32 or Read8 or Write8 => true,
                Read16 or Write16 or Write32SameAddress => version.Has(Feature.HalfWords),
                Read32SameAddress => version.Has(Feature.ReadWithoutIncrement),
                _ => false,
            };
            if (!known)
            {
                return null;
            }

            var hasCsw = version.Has(Feature.ReadWithoutIncrement);
            return new Block(
                Size: opcode switch { Read8 or Write8 => 1, Read16 or Write16 => 2, _ => 4 },
                Write: opcode is Write32 or Write8 or Write16 or Write32SameAddress,
                SameAddress: opcode is Write32SameAddress or Read32SameAddress,
                Address: BinaryPrimitives.ReadUInt32LittleEndian(command[2..]),
                Length: BinaryPrimitives.ReadUInt16LittleEndian(command[6..]),
                Ap: version.Has(Feature.OpenAp) ? command[8] : (byte)0,
                Csw: hasCsw ? BinaryPrimitives.ReadUInt32LittleEndian(command[8..]) & 0xFFFF_FF00 : 0);
        }
    }
}
