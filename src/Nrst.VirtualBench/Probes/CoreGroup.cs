using System.Buffers.Binary;

namespace Nrst.VirtualBench.Probes;

/// <summary>The commands under F2 that know of a core: its registers, run, halt, step and reset.</summary>
internal sealed class CoreGroup(MemoryGroup memory)
{
    private const byte GetStatus = 0x01;
    private const byte ForceDebug = 0x02;
    private const byte ResetSystemV1 = 0x03;
    private const byte ReadAllRegistersV1 = 0x04;
    private const byte ReadRegisterV1 = 0x05;
    private const byte WriteRegisterV1 = 0x06;
    private const byte Run = 0x09;
    private const byte Step = 0x0A;
    private const byte WriteDebugRegisterV1 = 0x0F;
    private const byte ResetSystem = 0x32;
    private const byte ReadRegister = 0x33;
    private const byte WriteRegister = 0x34;
    private const byte ReadAllRegisters = 0x3A;

    private const byte CoreRunning = 0x80;
    private const byte CoreHalted = 0x81;

    private const uint AIRCR = 0xE000_ED0C;
    private const uint DHCSR = 0xE000_EDF0;
    private const uint DCRSR = 0xE000_EDF4;
    private const uint DCRDR = 0xE000_EDF8;
    private const uint DebugKey = 0xA05F_0000;
    private const uint SysResetRequest = 0x05FA_0004;
    private const uint C_DEBUGEN = 1;
    private const uint C_HALT = 2;
    private const uint C_STEP = 4;
    private const uint S_REGRDY = 1 << 16;
    private const uint S_HALT = 1 << 17;
    private const uint WriteToCore = 1 << 16;
    private const int ReadyPolls = 20;

    // r0..r15, xPSR, MSP, PSP, CONTROL/FAULTMASK/BASEPRI/PRIMASK, and a spare word.
    private static readonly byte[] s_all = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 20];
    private const int AllRegistersLength = 84;

    public Outcome? Handle(ReadOnlySpan<byte> command, byte mode)
    {
        var inSession = mode == StLinkMode.Debug;
        return command[1] switch
        {
            GetStatus => new Outcome([CoreState(), 0]),
            ForceDebug => Outcome.Status(Guard(inSession, () => Control(C_DEBUGEN | C_HALT))),
            Run => Outcome.Status(Guard(inSession, () => Control(C_DEBUGEN))),
            Step => Outcome.Status(Guard(inSession, () => Control(C_DEBUGEN | C_STEP))),
            ResetSystem or ResetSystemV1 => Outcome.Status(Guard(inSession, () => Write(AIRCR, SysResetRequest))),
            ReadRegister => Register(inSession, command[2], versionOne: false),
            ReadRegisterV1 => Register(inSession, command[2], versionOne: true),
            WriteRegister or WriteRegisterV1 => WriteCore(inSession, command[2], Value(command, 3)),
            WriteDebugRegisterV1 => WriteAny(inSession, Value(command, 2), Value(command, 6)),
            ReadAllRegisters => All(inSession, withStatus: true),
            ReadAllRegistersV1 => All(inSession, withStatus: false),
            _ => null,
        };
    }

    private byte CoreState()
    {
        var state = 0u;
        return Read(DHCSR, ref state) == StLinkStatus.Ok && (state & S_HALT) == 0 ? CoreRunning : CoreHalted;
    }

    private Outcome Register(bool inSession, byte register, bool versionOne)
    {
        var value = 0u;
        var status = Guard(inSession, () => ReadCore(register, out value));
        if (!versionOne)
        {
            return Outcome.StatusAndWord(status, value);
        }

        var reply = new byte[4];
        BinaryPrimitives.WriteUInt32LittleEndian(reply, value);
        return new Outcome(reply);
    }

    private Outcome WriteCore(bool inSession, byte register, uint value) => Outcome.Status(Guard(inSession, () =>
    {
        var status = Write(DCRDR, value);
        status = status == StLinkStatus.Ok ? Write(DCRSR, WriteToCore | register) : status;
        return status == StLinkStatus.Ok ? WaitReady() : status;
    }));

    private Outcome WriteAny(bool inSession, uint address, uint value) =>
        Outcome.Status(address % 4 != 0 ? StLinkStatus.AlignmentError : Guard(inSession, () => Write(address, value)));

    private Outcome All(bool inSession, bool withStatus)
    {
        var start = withStatus ? 4 : 0;
        var reply = new byte[start + AllRegistersLength];
        var status = Guard(inSession, () =>
        {
            for (var i = 0; i < s_all.Length; i++)
            {
                var one = ReadCore(s_all[i], out var value);
                if (one != StLinkStatus.Ok)
                {
                    return one;
                }

                BinaryPrimitives.WriteUInt32LittleEndian(reply.AsSpan(start + 4 * i), value);
            }

            return StLinkStatus.Ok;
        });
        if (withStatus)
        {
            reply[0] = (byte)status;
        }

        return new Outcome(reply);
    }

    private StLinkStatus ReadCore(byte register, out uint value)
    {
        value = 0;
        var status = Write(DCRSR, register);
        status = status == StLinkStatus.Ok ? WaitReady() : status;
        return status == StLinkStatus.Ok ? Read(DCRDR, ref value) : status;
    }

    private StLinkStatus WaitReady()
    {
        for (var poll = 0; poll < ReadyPolls; poll++)
        {
            var state = 0u;
            var status = Read(DHCSR, ref state);
            if (status != StLinkStatus.Ok || (state & S_REGRDY) != 0)
            {
                return status;
            }
        }

        return StLinkStatus.CommandError;
    }

    private StLinkStatus Control(uint bits) => Write(DHCSR, DebugKey | bits);

    private StLinkStatus Write(uint address, uint value) => memory.LoneWord(address, read: false, ref value);

    private StLinkStatus Read(uint address, ref uint value) => memory.LoneWord(address, read: true, ref value);

    private static StLinkStatus Guard(bool inSession, Func<StLinkStatus> action) =>
        inSession ? action() : StLinkStatus.CommandError;

    private static uint Value(ReadOnlySpan<byte> command, int at) => BinaryPrimitives.ReadUInt32LittleEndian(command[at..]);
}
