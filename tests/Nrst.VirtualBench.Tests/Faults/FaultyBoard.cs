using System.Buffers.Binary;
using Nrst.VirtualBench.Boards;
using Nrst.VirtualBench.Chips;

namespace Nrst.VirtualBench.Tests.Faults;

/// <summary>A board with faults, kept in a folder as a user's would be, and the bytes of the ST-LINK protocol typed out by hand.</summary>
internal sealed class FaultyBoard : IDisposable
{
    public const byte Ok = 0x80, GetIdCodeError = 0x09, ApWait = 0x10, ApFault = 0x11, ApError = 0x12, ApParity = 0x13, DpError = 0x16, DpParity = 0x17, BadAp = 0x1D;
    public const uint DHCSR = 0xE000_EDF0, DEMCR = 0xE000_EDFC, AIRCR = 0xE000_ED0C;
    public const uint S_HALT = 1 << 17, S_SLEEP = 1 << 18, S_LOCKUP = 1 << 19, S_RESET_ST = 1 << 25;

    private readonly string folder = Directory.CreateTempSubdirectory("nrst-faulty-").FullName;

    public FaultyBoard(string part, params string[] faults)
        : this(part, "v2", faults)
    {
    }

    private FaultyBoard(string part, string kind, string[] faults)
    {
        Store = new BoardStore(folder);
        Store.New("faulty", part, kind, faults);
        Board = Store.Open("faulty");
        Start();
    }

    public static FaultyBoard Behind(string kind, string part, params string[] faults) => new(part, kind, faults);

    public BoardStore Store { get; }

    public VirtualBoard Board { get; private set; }

    public Stm32Chip Chip => ((ChipOnBoard)Board.Chip).Silicon;

    /// <summary>Puts the board away and takes it out again.</summary>
    public void Reopen()
    {
        Board.Dispose();
        Board = Store.Open("faulty");
        Start();
    }

    public byte[] Ask(int answer, params byte[] command)
    {
        Tell(command);
        var into = new byte[answer];
        var length = Board.Device.Receive(into);
        return into[..length];
    }

    public void Tell(params byte[] command)
    {
        var packet = new byte[16];
        command.CopyTo(packet, 0);
        Board.Device.Send(packet);
    }

    /// <summary>What entering SWD is answered with.</summary>
    public byte Enter() => Ask(2, 0xF2, 0x30, 0xA3)[0];

    public double Volts()
    {
        var answer = Ask(8, 0xF7);
        return BinaryPrimitives.ReadUInt32LittleEndian(answer.AsSpan(4)) * 2 * 1.2 / BinaryPrimitives.ReadUInt32LittleEndian(answer);
    }

    public void Divisor(byte divisor) => Ask(2, 0xF2, 0x43, divisor);

    public void Kilohertz(uint kilohertz) => Ask(8, 0xF2, 0x61, 0, 0, (byte)kilohertz, (byte)(kilohertz >> 8), (byte)(kilohertz >> 16));

    /// <summary>0 low, 1 high, 2 a pulse.</summary>
    public void Nrst(byte level) => Ask(2, 0xF2, 0x3C, level);

    public (byte Status, uint Value) Dap(ushort port, ushort address)
    {
        var answer = Ask(8, 0xF2, 0x45, (byte)port, (byte)(port >> 8), (byte)address, (byte)(address >> 8));
        return (answer[0], BinaryPrimitives.ReadUInt32LittleEndian(answer.AsSpan(4)));
    }

    public (byte Status, uint Value) Dpidr() => Dap(0xFFFF, 0);

    /// <summary>A word through access port 0.</summary>
    public (byte Status, uint Value) Word(uint address)
    {
        var command = new byte[6] { 0xF2, 0x36, 0, 0, 0, 0 };
        BinaryPrimitives.WriteUInt32LittleEndian(command.AsSpan(2), address);
        var answer = Ask(8, command);
        return (answer[0], BinaryPrimitives.ReadUInt32LittleEndian(answer.AsSpan(4)));
    }

    public byte Word(uint address, uint value)
    {
        var command = new byte[10] { 0xF2, 0x35, 0, 0, 0, 0, 0, 0, 0, 0 };
        BinaryPrimitives.WriteUInt32LittleEndian(command.AsSpan(2), address);
        BinaryPrimitives.WriteUInt32LittleEndian(command.AsSpan(6), value);
        return Ask(2, command)[0];
    }

    /// <summary>A word that must be readable.</summary>
    public uint this[uint address]
    {
        get
        {
            var (status, value) = Word(address);
            Assert.Equal(Ok, status);
            return value;
        }
        set => Assert.Equal(Ok, Word(address, value));
    }

    /// <summary>A block through any access port, and the status of it.</summary>
    public (byte Status, byte[] Bytes) Block(uint address, int length, byte ap = 0)
    {
        if (ap != 0)
        {
            Ask(2, 0xF2, 0x4B, ap);
        }

        var command = new byte[16];
        (command[0], command[1], command[8]) = (0xF2, 0x07, ap);
        BinaryPrimitives.WriteUInt32LittleEndian(command.AsSpan(2), address);
        BinaryPrimitives.WriteUInt16LittleEndian(command.AsSpan(6), (ushort)length);
        var bytes = Ask(length, command);
        return (Ask(12, 0xF2, 0x3E)[0], bytes);
    }

    public byte Halt() => Word(DHCSR, 0xA05F_0003);

    public bool IsHalted => (this[DHCSR] & S_HALT) != 0;

    public void Wait(double milliseconds) => Board.Clock.Wait(TimeSpan.FromMilliseconds(milliseconds));

    /// <summary>The two keys of most flash controllers.</summary>
    public void Unlock(uint keyRegister)
    {
        this[keyRegister] = 0x4567_0123;
        this[keyRegister] = 0xCDEF_89AB;
    }

    public void Dispose()
    {
        Board.Dispose();
        Directory.Delete(folder, recursive: true);
    }

    private void Start() => Tell(0xF3, 0x07); // out of DFU, where a V2 starts
}
