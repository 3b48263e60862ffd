namespace Nrst.Arm.Tests;

public sealed class Debug_port_and_ROM_table
{
    [Fact]
    public void The_debug_port_of_an_F4_reads_as_what_it_is()
    {
        var dap = new FakeDap { [null, 0x0] = 0x2BA0_1477, [null, 0x4] = 0xF000_0020 };
        var port = new DebugPort(dap);

        var identity = port.ReadIdentity();
        Assert.Equal((2, 0xBA, false, 1, 0x23B), (identity.Revision, identity.PartNumber, identity.IsMinimal, identity.Version, identity.Designer));
        Assert.Equal(
            CtrlStat.CSYSPWRUPACK | CtrlStat.CSYSPWRUPREQ | CtrlStat.CDBGPWRUPACK | CtrlStat.CDBGPWRUPREQ | CtrlStat.STICKYERR,
            port.ReadStatus());

        port.ClearErrors();
        Assert.Equal(((byte?)null, (byte)0x0, 0x1Eu), Assert.Single(dap.Writes));
    }

    [Fact]
    public void The_debug_port_of_a_G0_is_minimal() =>
        Assert.True(new Dpidr(0x0BC1_1477).IsMinimal);

    [Fact]
    public void The_access_port_of_an_F4_reads_as_what_it_is()
    {
        var ap = new MemAp(new FakeDap { [0, 0xFC] = 0x2477_0011, [0, 0xF8] = 0xE00F_F003, [0, 0x00] = 0x2300_0042 }, 0);

        Assert.True(ap.ReadIdentity().IsMemAp);
        Assert.Equal(ApType.AHB3, ap.ReadIdentity().Type);
        Assert.Equal(0x23B, ap.ReadIdentity().Designer);
        Assert.Equal(new Address(0xE00F_F000), ap.ReadRomTable());
        Assert.True(ap.IsEnabled());
    }

    [Theory]
    [InlineData(0xFFFF_FFFFu)]
    [InlineData(0x0000_0002u)]
    public void An_access_port_may_have_no_ROM_table(uint entry) =>
        Assert.Null(new MemAp(new FakeDap { [1, 0xF8] = entry }, 1).ReadRomTable());

    [Fact]
    public void The_ROM_table_of_an_F4_lists_its_components()
    {
        var memory = new FakeRom();
        memory.Component(0xE00F_F000, 0x1, 0x413, designer: 0x020);
        memory.Entries(0xE00F_F000, 0xFFF0F003, 0xFFF02003, 0xFFF03003, 0xFFF01002, 0xFFF41003, 0xFFF42003, 0);
        memory.Component(0xE000_E000, 0xE, 0x00C);
        memory.Component(0xE000_1000, 0xE, 0x002);
        memory.Component(0xE000_2000, 0xE, 0x003);
        memory.Component(0xE004_0000, 0x9, 0x9A1);
        memory.Unreadable(0xE004_1000);

        var found = RomTable.Walk(memory, new Address(0xE00F_F000));

        Assert.Equal(
            [
                new Component(new(0xE00F_F000), ComponentClass.RomTable, 0x413, 0x020, 0),
                new Component(new(0xE000_E000), ComponentClass.Generic, 0x00C, 0x23B, 0),
                new Component(new(0xE000_1000), ComponentClass.Generic, 0x002, 0x23B, 0),
                new Component(new(0xE000_2000), ComponentClass.Generic, 0x003, 0x23B, 0),
                new Component(new(0xE004_0000), ComponentClass.CoreSight, 0x9A1, 0x23B, 0),
            ], found);
    }

    [Fact]
    public void A_ROM_table_that_names_itself_ends()
    {
        var memory = new FakeRom();
        memory.Component(0xE00F_F000, 0x1, 0x413);
        memory.Entries(0xE00F_F000, 0x0000_0003, 0);

        Assert.Single(RomTable.Walk(memory, new Address(0xE00F_F000)));
    }

    private sealed class FakeDap : IDapPort
    {
        private readonly Dictionary<(byte?, byte), uint> _registers = [];

        public List<(byte? Ap, byte Address, uint Value)> Writes { get; } = [];

        public uint this[byte? ap, byte address]
        {
            set => _registers[(ap, address)] = value;
        }

        public void Run(ReadOnlySpan<DapTransfer> transfers, Span<uint> reads)
        {
            var read = 0;
            foreach (var (register, written) in transfers)
            {
                if (written is { } value)
                {
                    Writes.Add((register.Ap, register.Address, value));
                }
                else
                {
                    reads[read++] = _registers[(register.Ap, register.Address)];
                }
            }
        }
    }

    private sealed class FakeRom : ITargetMemory
    {
        private readonly Dictionary<uint, byte> _bytes = [];
        private readonly HashSet<uint> _unreadable = [];

        public void Component(uint at, int kind, int part, int designer = 0x23B)
        {
            Word(at + 0xFD0, (uint)(designer >> 7));
            Word(at + 0xFE0, (uint)(part & 0xFF));
            Word(at + 0xFE4, (uint)(part >> 8 | (designer & 0xF) << 4));
            Word(at + 0xFE8, (uint)(8 | designer >> 4 & 7));
            Word(at + 0xFF0, 0x0D);
            Word(at + 0xFF4, (uint)kind << 4);
            Word(at + 0xFF8, 0x05);
            Word(at + 0xFFC, 0xB1);
        }

        public void Entries(uint at, params uint[] entries)
        {
            for (var i = 0u; i < entries.Length; i++)
            {
                Word(at + 4 * i, entries[i]);
            }
        }

        public void Unreadable(uint at) => _unreadable.Add(at);

        public void Read(Address address, Span<byte> into)
        {
            if (_unreadable.Contains(address.Value & ~0xFFFu))
            {
                throw new TargetMemoryException("NRST3005", address, "not powered");
            }

            for (var i = 0; i < into.Length; i++)
            {
                into[i] = _bytes.GetValueOrDefault(address.Value + (uint)i);
            }
        }

        public uint Read32(Address address) => throw new NotSupportedException();
        public void Write32(Address address, uint value) => throw new NotSupportedException();
        public void Write(Address address, ReadOnlySpan<byte> data, AccessSize size) => throw new NotSupportedException();

        private void Word(uint at, uint value)
        {
            for (var i = 0; i < 4; i++)
            {
                _bytes[at + (uint)i] = (byte)(value >> 8 * i);
            }
        }
    }
}
