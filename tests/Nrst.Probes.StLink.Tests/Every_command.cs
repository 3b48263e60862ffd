using System.Text.RegularExpressions;

namespace Nrst.Probes.StLink.Tests;

/// <summary>Each command plays the conversation written for it, byte for byte.</summary>
public sealed partial class Every_command
{
    private static readonly Address Ram = new(0x2000_0000);
    private static readonly Address Dhcsr = new(0xE000_EDF0);

    private static readonly Dictionary<string, Action<StLinkWire>> Plays = new()
    {
        [nameof(GetVersion)] = w => Assert.Equal(new VersionWord(0x2B5F, 0x0483, 0x374B), w.Ask<GetVersion, VersionWord>(default)),
        [nameof(GetVersionEx)] = w =>
            Assert.Equal(new VersionList(3, 1, 13, 4, 5, 0, 0x0483, 0x374E), w.Ask<GetVersionEx, VersionList>(default)),
        [nameof(GetCurrentMode)] = w => Assert.Equal(StLinkMode.MassStorage, w.Ask<GetCurrentMode, StLinkMode>(default)),
        [nameof(GetTargetVoltage)] = w => Assert.Equal(3.27, w.Ask<GetTargetVoltage, double?>(default)!.Value, 2),
        [nameof(ExitDfu)] = w => w.Ask<ExitDfu, Silence>(default),
        [nameof(ExitSwim)] = w => w.Ask<ExitSwim, Silence>(default),
        [nameof(ExitDebug)] = w => w.Ask<ExitDebug, Silence>(default),
        [nameof(EnterSwd)] = w => Expect(w, new EnterSwd(), StLinkStatus.OK),
        [nameof(DriveNrst)] = w =>
        {
            Expect(w, new DriveNrst(Low: true), StLinkStatus.OK);
            Expect(w, new DriveNrst(Low: false), StLinkStatus.OK);
        },
        [nameof(InitAccessPort)] = w =>
        {
            Expect(w, new InitAccessPort(0), StLinkStatus.OK);
            Expect(w, new InitAccessPort(1), StLinkStatus.BAD_AP);
        },
        [nameof(SetSwdDivisor)] = w => Expect(w, new SetSwdDivisor(798), StLinkStatus.OK),
        [nameof(SetSwdFrequency)] = w => Expect(w, new SetSwdFrequency(4000), StLinkStatus.OK, 3300),
        [nameof(GetSwdFrequencies)] = w =>
        {
            var list = w.Ask<GetSwdFrequencies, FrequencyList>(default);
            Assert.Equal(3300u, list.Current);
            Assert.Equal([24000u, 8000u, 3300u, 1000u, 200u, 50u, 5u], list.Offered);
        },
        [nameof(ReadDebugRegister)] = w => Expect(w, new ReadDebugRegister(Dhcsr), StLinkStatus.OK, 0x0003_0003),
        [nameof(WriteDebugRegister)] = w => Expect(w, new WriteDebugRegister(Dhcsr, 0xA05F_0003), StLinkStatus.OK),
        [nameof(ReadDapRegister)] = w =>
        {
            Expect(w, new ReadDapRegister(new DapRegister(null, 0x00)), StLinkStatus.OK, 0x2BA0_1477);
            Expect(w, new ReadDapRegister(new DapRegister(0, 0xFC)), StLinkStatus.OK, 0x2477_0011);
        },
        [nameof(WriteDapRegister)] = w => Expect(w, new WriteDapRegister(new DapRegister(null, 0x00), 0x1E), StLinkStatus.OK),
        [nameof(ReadMemory)] = w =>
        {
            Fetch(w, new ReadMemory(AccessSize.Word, Ram, 8), [0x11, 0x22, 0x33, 0x44, 0x55, 0x66, 0x77, 0x88]);
            Fetch(w, new ReadMemory(AccessSize.HalfWord, Ram + 2, 2), [0x33, 0x44]);
            Fetch(w, new ReadMemory(AccessSize.Byte, Ram + 1, 3), [0x22, 0x33, 0x44]);
        },
        [nameof(WriteMemory)] = w =>
        {
            w.Deliver(new WriteMemory(AccessSize.Word, Ram, 8), [0x11, 0x22, 0x33, 0x44, 0x55, 0x66, 0x77, 0x88]);
            w.Deliver(new WriteMemory(AccessSize.HalfWord, Ram + 2, 2), [0x33, 0x44]);
            w.Deliver(new WriteMemory(AccessSize.Byte, Ram + 1, 3), [0x22, 0x33, 0x44]);
        },
        [nameof(GetLastStatus)] = w => Expect(w, new GetLastStatus(), StLinkStatus.SWD_AP_FAULT, 0x2002_0000),
        [nameof(StartWordBatch)] = w =>
        {
            Assert.Equal(32, StartWordBatch.DataLength(6));
            w.Deliver(new StartWordBatch(6), Convert.FromHexString(
                "0501020102030000" + "00000000" + "F8ED00E0" + "00010008" + "F4ED00E0" + "0F000100" + "F0ED00E0"));
        },
        [nameof(FinishWordBatch)] = w =>
        {
            var answer = new byte[FinishWordBatch.AnswerLength(6)];
            w.Fetch(new FinishWordBatch(), answer);
            Assert.Equal(48, answer.Length);
            Assert.Equal(0x80, answer[44]);
        },
    };

    public static TheoryData<string> Commands => [.. typeof(StLinkWire).Assembly.GetTypes()
        .Where(t => t.IsValueType && t.IsAssignableTo(typeof(IStLinkRequest))).Select(t => t.Name)];

    [Theory, MemberData(nameof(Commands))]
    public void Plays_its_conversation(string command)
    {
        Assert.True(File.Exists(Recording.PathOf(FileOf(command))), $"{command} has no conversation {FileOf(command)}.txt");
        Assert.True(Plays.TryGetValue(command, out var play), $"no test plays {command}");

        var recording = Recording.File(FileOf(command));
        play(new StLinkWire(new UsbStLinkTransport(recording)));

        Assert.True(recording.IsOver, "the conversation goes on, but the command does not");
    }

    [Fact]
    public void Has_exactly_one_conversation()
    {
        var files = Directory.GetFiles(Path.GetDirectoryName(Recording.PathOf("x"))!).Select(Path.GetFileNameWithoutExtension);
        Assert.Equal(Plays.Keys.Select(FileOf).Order(), files.Order());
    }

    private static void Expect<TCommand>(StLinkWire wire, TCommand command, StLinkStatus status, uint value = 0)
        where TCommand : struct, IStLinkCommand<Reply> =>
        Assert.Equal(new Reply(status, value), wire.Ask<TCommand, Reply>(command));

    private static void Fetch(StLinkWire wire, ReadMemory request, byte[] expected)
    {
        var into = new byte[expected.Length];
        wire.Fetch(request, into);
        Assert.Equal(expected, into);
    }

    private static string FileOf(string command) => Humps().Replace(command, "-$1").ToLowerInvariant();

    [GeneratedRegex("(?<!^)([A-Z])")]
    private static partial Regex Humps();
}
