using System.Diagnostics;
using Nrst.Usb.Serial;

namespace Nrst.Usb.Tests.Serial;

/// <summary>The port as the system gives it, with a pseudo-terminal for the adapter, and the kernel and <c>stty</c> to say what it was told.</summary>
public sealed class A_serial_port_of_this_machine : IDisposable
{
    private static readonly TimeSpan s_plenty = TimeSpan.FromSeconds(30), s_short = TimeSpan.FromMilliseconds(40);
    private static readonly byte[] s_all = [.. Enumerable.Range(0, 256).Select(value => (byte)value)];

    private readonly FarEnd _far;

    public A_serial_port_of_this_machine()
    {
        Assert.SkipUnless(FarEnd.Missing is null, FarEnd.Missing ?? "");
        _far = new FarEnd();
    }

    public void Dispose() => _far.Dispose();

    [Fact]
    public void Every_byte_goes_both_ways_as_it_is()
    {
        using var line = SerialPorts.Open(_far.Path);
        line.Send(s_all);
        Assert.Equal(s_all, _far.Read(s_all.Length));
        _far.Write(s_all);
        Assert.Equal(s_all, Receive(line, s_all.Length));
        Assert.Equal([], _far.Some(s_short)); // and nothing of it was echoed
    }

    /// <summary>More than any buffer on the way holds, so that it has to be waited for room.</summary>
    [Fact]
    public async Task What_nobody_takes_yet_is_sent_when_somebody_does()
    {
        var much = new byte[1 << 20];
        new Random(1).NextBytes(much);
        using var line = SerialPorts.Open(_far.Path);
        var taken = Task.Run(() => _far.Read(much.Length), TestContext.Current.CancellationToken);
        line.Send(much);
        Assert.Equal(much, await taken);
    }

    [Theory]
    [InlineData(1_200, true)]
    [InlineData(9_600, true)]
    [InlineData(19_200, true)]
    [InlineData(38_400, true)]
    [InlineData(57_600, true)]
    [InlineData(115_200, true)]
    [InlineData(230_400, true)]
    [InlineData(460_800, true)]
    [InlineData(921_600, true)]
    [InlineData(1_000_000, true)]
    [InlineData(2_000_000, true)]
    [InlineData(4_000_000, true)]
    [InlineData(123_456, false)]
    [InlineData(14_400, false)]
    [InlineData(250_000, false)]
    public void Any_speed_is_what_the_system_was_told(int baud, bool usual)
    {
        using var line = SerialPorts.Open(_far.Path);
        line.Configure(baud, SerialParity.Even);
        Assert.Equal((baud, baud), (_far.Kept.InputSpeed, _far.Kept.OutputSpeed));
        Assert.Contains($"speed {(usual ? baud : 0)} baud;", Stty(), StringComparison.Ordinal); // a number of its own stty cannot say
    }

    /// <summary>A pseudo-terminal takes what is asked for and keeps eight bits without a parity; an adapter would keep it.</summary>
    [Theory]
    [InlineData(SerialParity.Even, true)]
    [InlineData(SerialParity.None, false)]
    public void Parity_is_asked_for_and_taken(SerialParity parity, bool isChecked)
    {
        const uint CheckParity = 0x10; // INPCK, which a pseudo-terminal does keep
        using var line = SerialPorts.Open(_far.Path);
        line.Configure(9_600, parity);
        Assert.Equal(isChecked ? CheckParity : 0, _far.Kept.Input & CheckParity);
        line.Send([0x7F]);
        Assert.Equal([0x7F], _far.Read(1));
    }

    [Fact]
    public void It_has_eight_bits_one_stop_bit_and_nobody_holds_it_up()
    {
        using var line = SerialPorts.Open(_far.Path);
        var told = Stty().Split([' ', '\n', ';'], StringSplitOptions.RemoveEmptyEntries);
        string[] wanted = ["cs8", "-cstopb", "cread", "clocal", "-crtscts", "-ixon", "-ixoff", "-icrnl", "-istrip", "-opost", "-icanon", "-isig", "-echo"];
        Assert.Equal([], wanted.Except(told));
        Assert.Equal((0u, 0u), (_far.Kept.Output, _far.Kept.Local));
    }

    [Theory]
    [InlineData(true, true)]
    [InlineData(false, true)]
    [InlineData(null, false)]
    public void Control_lines_that_a_port_has_not_are_passed_over(bool? dtr, bool? rts)
    {
        using var line = SerialPorts.Open(_far.Path);
        line.SetLines(dtr, rts);
        line.Send([1]);
        Assert.Equal([1], _far.Read(1));
    }

    [Fact]
    public void Silence_is_no_failure_and_takes_as_long_as_was_said()
    {
        using var line = SerialPorts.Open(_far.Path);
        var start = Stopwatch.GetTimestamp();
        Assert.Equal(0, line.Receive(new byte[4], s_short));
        Assert.True(Stopwatch.GetElapsedTime(start) >= s_short); // a clock can be late, and never early
        Assert.Equal(0, line.Receive(new byte[4], TimeSpan.Zero));
        _far.Write([0x79]);
        Assert.Equal([0x79], Receive(line, 1));
    }

    [Fact]
    public void What_came_before_is_forgotten_when_it_is_told_to()
    {
        using var line = SerialPorts.Open(_far.Path);
        _far.Write([1, 2, 3]);
        Assert.Equal([1], Receive(line, 1)); // they are here
        line.DropInput();
        _far.Write([4]);
        Assert.Equal([4], Receive(line, 1));
    }

    [Fact]
    public async Task A_port_that_vanishes_while_it_is_read_is_told_at_once()
    {
        using var line = SerialPorts.Open(_far.Path);
        using var reading = new ManualResetEventSlim();
        var read = Task.Run(() =>
        {
            reading.Set();
            return Assert.Throws<ProbeException>(() => line.Receive(new byte[8], TimeSpan.FromHours(1)));
        }, TestContext.Current.CancellationToken);
        Assert.True(reading.Wait(s_plenty, TestContext.Current.CancellationToken));
        await Task.Delay(s_short, TestContext.Current.CancellationToken); // most likely it waits by now; it is told the same if not
        _far.HangUp();
        Vanished(await read.WaitAsync(s_plenty, TestContext.Current.CancellationToken), "receiving");
    }

    [Theory]
    [InlineData("receiving")]
    [InlineData("sending")]
    [InlineData("setting 9600 baud")]
    [InlineData("setting DTR and RTS")]
    [InlineData("emptying its buffer")]
    public void A_port_that_has_vanished_is_told_whatever_is_done_next(string doing)
    {
        using var line = SerialPorts.Open(_far.Path);
        _far.HangUp();
        Vanished(Assert.Throws<ProbeException>(() =>
        {
            switch (doing)
            {
                case "receiving":
                    line.Receive(new byte[8], s_plenty);
                    break;
                case "sending":
                    line.Send([0x7F]);
                    break;
                case "emptying its buffer":
                    line.DropInput();
                    break;
                case "setting DTR and RTS":
                    line.SetLines(true, true);
                    break;
                default:
                    line.Configure(9_600, SerialParity.Even);
                    break;
            }
        }), doing);
    }

    [Fact]
    public void No_such_port() => CannotOpen(2, "no such port", () => SerialPorts.Open(_far.Path + "0000"));

    [Fact]
    public void Not_allowed()
    {
        _far.Allow(everybody: false);
        CannotOpen(13, "dialout", () => FarEnd.AsNobody(() => SerialPorts.Open(_far.Path)));
    }

    [Fact]
    public void Held_by_another_user_or_program()
    {
        _far.Allow(everybody: true);
        using var first = SerialPorts.Open(_far.Path);
        CannotOpen(16, "Another program", () => FarEnd.AsNobody(() => SerialPorts.Open(_far.Path)));
    }

    /// <summary>TIOCEXCL does not keep out root, which many run such tools as; two of them would eat each other's answers.</summary>
    [Fact]
    public void Held_by_somebody_whom_nothing_else_keeps_out()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "Only root gets past TIOCEXCL.");
        using var first = SerialPorts.Open(_far.Path);
        CannotOpen(11, "Another program", () => SerialPorts.Open(_far.Path));
        first.Send([0x7F]);
        Assert.Equal([0x7F], _far.Read(1)); // and the first has lost nothing by it
    }

    /// <summary>A bridge keeps its own end of such a port open for good.</summary>
    [Fact]
    public void A_port_that_was_let_go_can_be_opened_again_by_anybody()
    {
        _far.Allow(everybody: true);
        _far.KeepOpen();
        SerialPorts.Open(_far.Path).Dispose();
        using var again = FarEnd.AsNobody(() => SerialPorts.Open(_far.Path));
        again.Send([1]);
        Assert.Equal([1], _far.Read(1));
    }

    private static void CannotOpen(int error, string cause, Func<ISerialLine> open)
    {
        var told = Assert.Throws<ProbeException>(() => open().Dispose());
        Assert.Equal("NRST1511", told.Code);
        Assert.Contains($"(error {error})", told.Message, StringComparison.Ordinal);
        Assert.Contains(cause, told.LikelyCause, StringComparison.Ordinal);
        Assert.NotEmpty(told.Remedies);
    }

    private static void Vanished(ProbeException told, string doing)
    {
        Assert.Equal("NRST1513", told.Code);
        Assert.Equal(TransferFailure.Gone, told.Failure);
        Assert.True(told.LostSync);
        Assert.EndsWith($"noticed while {doing}.", told.Message, StringComparison.Ordinal);
    }

    private static byte[] Receive(ISerialLine line, int count)
    {
        var (all, some) = (new List<byte>(), new byte[count]);
        while (all.Count < count && line.Receive(some.AsSpan(0, count - all.Count), s_plenty) is > 0 and var came)
        {
            all.AddRange(some[..came]);
        }

        return [.. all];
    }

    /// <summary>What another program is told of the port.</summary>
    private string Stty()
    {
        using var stty = Process.Start(new ProcessStartInfo("stty", ["-F", _far.Path, "-a"]) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var (output, talk) = (stty.StandardOutput.ReadToEnd(), stty.StandardError.ReadToEnd());
        Assert.True(stty.WaitForExit(s_plenty), "stty does not end.");
        Assert.SkipWhen(!Environment.IsPrivilegedProcess && talk.Length > 0, "stty cannot look at a port that is ours alone unless it is root's.");
        Assert.Equal("", talk);
        return output;
    }
}
